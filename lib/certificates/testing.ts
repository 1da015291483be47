/** Calls that passed, as edges report them, for integration tests. */
import { createHash } from 'node:crypto';
import { HOUR_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { testScope } from '@/lib/start-up/testing';

/** Counts them in their hour, and notes when the certificate was seen. */
export async function passedCalls(made: {
  accountId: string;
  certificate: { id: string; environment: string };
  apiClientId: string;
  at: Date;
  calls: number;
}): Promise<void> {
  const { accountId, certificate, apiClientId, at } = made;
  const { id, environment } = certificate;
  const row = {
    accountId,
    hour: new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS),
    environment,
    listener: 'mtls',
    certificateId: id,
    apiClientId,
    outcome: 'passed',
    evidence: 'certificate',
    network: '192.0.2.0/24',
    userAgent: 'curl/8.14.1',
  };
  const digest = createHash('sha256').update(JSON.stringify(row)).digest();
  await acrossAccounts(testScope, async (tx) => {
    const calls = BigInt(made.calls);
    await tx.callCount.create({ data: { ...row, digest, calls, firstAt: at, lastAt: at } });
    await tx.certificate.updateMany({
      where: { id, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: at } }] },
      data: { lastSeenAt: at },
    });
  });
}
