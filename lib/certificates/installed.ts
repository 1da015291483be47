import { authorize, type Principal } from '@/lib/access/scope';
import type { InstalledView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import type { Finding } from '@/lib/kernel/findings';
import { found, MAX_INSTALLED_BYTES, readInstalledFile } from '@/lib/pki/installed-file';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { statusOf } from './view';

/**
 * What is wrong with an installed certificate file, for calls to this environment. Nothing of the text is kept. A
 * certificate of another account is as unknown as any other.
 * @throws AppError `payload_too_large` beyond 64 KiB
 */
export async function checkInstalled(
  principal: Principal,
  input: { text: string; environment: Environment },
): Promise<InstalledView> {
  const scope = authorize(principal, 'certificates.read');
  if (Buffer.byteLength(input.text) > MAX_INSTALLED_BYTES) {
    throw new AppError('payload_too_large', {
      detail: `At most ${MAX_INSTALLED_BYTES} bytes are taken. A chain has about 3,000.`,
    });
  }
  const now = currentTime();
  const file = readInstalledFile(input.text, now);
  const fingerprint = file.leafSha256Fingerprint;
  const row = fingerprint
    ? await inScope(scope, (tx) =>
        tx.certificate.findFirst({
          where: { accountId: scope.accountId, sha256Fingerprint: fingerprint },
        }),
      )
    : null;
  const findings: Finding[] = [...file.findings];
  if (fingerprint && !row) findings.push(unknown(fingerprint));
  if (row && statusOf(row, now) === 'revoked') {
    findings.push(
      found('error', 'revoked', 'Revoked', {
        message: `${row.label} was revoked. Calls with it are refused.`,
        fix: 'Install a live one.',
      }),
    );
  }
  if (row && row.environment !== input.environment) {
    findings.push(
      found('error', 'environment', 'Another environment', {
        message: `${row.label} is a ${row.environment} certificate; you call ${input.environment}.`,
        fix: `Call the ${row.environment} host, or install a ${input.environment} certificate.`,
      }),
    );
  }
  return {
    certificates: file.certificates.map(({ subject, notAfter }) => ({
      subject,
      notAfter: notAfter.toISOString(),
    })),
    certificate: row ? { id: row.id, label: row.label } : null,
    findings,
  };
}

function unknown(fingerprint: string): Finding {
  return found('error', 'unknown', 'Not known here', {
    message: 'This account has no certificate with this fingerprint.',
    fix: 'Install one that is listed under Certificates, or register this one with your provider.',
    value: fingerprint,
  });
}
