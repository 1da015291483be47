/** An edge that reports and a person who watches, for integration tests. */
import { randomBytes } from 'node:crypto';
import type { Edge } from '@/generated/prisma/client';
import { addMember } from '@/lib/accounts/manage';
import { createApiClient } from '@/lib/api-clients/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { type EdgeReport, reportBody } from '@/lib/contract/edge-protocol';
import type { StreamMessage } from '@/lib/contract/live';
import { apiClientNameHash } from '@/lib/edge/frames';
import { authenticate } from '@/lib/identity/authenticate';
import { readSession, type SignedIn } from '@/lib/identity/read-session';
import type { Environment } from '@/lib/kernel/environments';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { createEdge } from '@/lib/publishing/edges';
import { opensslCsr, type TestPortal, testScope } from '@/lib/start-up/testing';
import { takeReport } from './reports';
import { watchDecisions } from './watch-decisions';

type Success = EdgeReport['successes'][number];
type Refusal = EdgeReport['refusals'][number];
type Count = NonNullable<EdgeReport['counts']>[number];

const fresh = () => randomBytes(6).toString('hex');

export async function testEdge(name = `edge ${fresh()}`): Promise<Edge> {
  const { id } = await createEdge(testScope, name);
  return acrossAccounts(testScope, (tx) => tx.edge.findUniqueOrThrow({ where: { id } }));
}

/** @returns the hash under which edges know it */
export async function testClient(
  accountId: string,
  environment: Environment,
  name = `client-${fresh()}`,
): Promise<string> {
  await createApiClient(testScope, { accountId, environment, name });
  return Buffer.from(apiClientNameHash(deployment().nameKey, environment, name)).toString('hex');
}

/** @returns the certificate, and the fingerprint as edges write it */
export async function testCertificate(
  account: Awaited<ReturnType<TestPortal['newAccount']>>,
  label: string,
  environment: Environment = 'production',
) {
  const { csr } = opensslCsr();
  const issued = await issueCertificate(account.as('admin'), { csr, environment, label });
  return { ...issued, fingerprint: issued.sha256Fingerprint.toLowerCase() };
}

export function success(differs: Partial<Success> & Pick<Success, 'nameHash'>): Success {
  return {
    requestId: `req_${fresh()}`,
    environment: 'production',
    listener: 'mtls',
    at: new Date().toISOString(),
    fingerprint: null,
    sourceAddress: '192.0.2.7',
    userAgent: 'curl/8.14.1',
    tlsVersion: 'TLSv1.3',
    httpVersion: '2',
    count: 1,
    ...differs,
  };
}

export function refusal(differs: Partial<Refusal> & Pick<Refusal, 'code'>): Refusal {
  return {
    requestId: `req_${fresh()}`,
    environment: 'production',
    listener: 'mtls',
    at: new Date().toISOString(),
    fingerprint: null,
    nameHash: null,
    sourceAddress: '192.0.2.7',
    userAgent: null,
    sni: 'localhost',
    tlsVersion: 'TLSv1.3',
    ...differs,
  };
}

/** Calls of one kind; `at` is when they were made. */
export function count(differs: Partial<Count> & { at?: Date } = {}): Count {
  const { at = new Date(), ...rest } = differs;
  return {
    environment: 'production',
    listener: 'mtls',
    outcome: 'passed',
    evidence: 'certificate',
    fingerprint: null,
    nameHash: null,
    network: '192.0.2.0/24',
    userAgent: 'curl/8.14.1',
    calls: 1,
    firstAt: at.toISOString(),
    lastAt: at.toISOString(),
    ...rest,
  };
}

type Given = {
  reportId?: string;
  successes?: Success[];
  refusals?: Refusal[];
  counts?: Count[];
};

export async function report(edge: Edge, given: Given): Promise<void> {
  await takeReport(
    edge,
    reportBody.parse({ appliedNumber: 0, lost: 0, refusals: [], ...given }),
    'test',
  );
}

/** A member of the account who has just signed in. */
export async function signedInMember(accountId: string): Promise<SignedIn> {
  const email = `${fresh()}@meridian.example`;
  const member = { accountId, email, name: 'Ines Duarte', role: 'viewer' } as const;
  const made = await acrossAccounts(testScope, (tx) => addMember(tx, testScope, member));
  const facts = { requestId: 'test', address: '192.0.2.1', userAgent: null };
  const opened = await authenticate({ email, password: made.password }, facts);
  const session = opened ? await readSession(opened.sessionId, 'test') : null;
  if (session === null) throw new Error('the new member could not sign in');
  return session;
}

export type TestWatch = {
  /** The next message; a beat counts only where it is asked for. */
  next(event?: StreamMessage['event']): Promise<StreamMessage>;
  close(): Promise<void>;
};

const BEAT_MS = 100;

export function watch(
  who: SignedIn,
  environment: Environment,
  after: bigint | null = null,
): TestWatch {
  const gone = new AbortController();
  const { principal, sessionId } = who;
  const { signal } = gone;
  const stream = watchDecisions({
    principal,
    sessionId,
    environment,
    after,
    signal,
    beatMs: BEAT_MS,
  });
  return {
    async next(event) {
      for (;;) {
        const { done, value } = await stream.next();
        if (done) throw new Error('the stream is over');
        if (event ? value.event === event : value.event !== 'beat') return value;
      }
    },
    async close() {
      gone.abort();
      await stream.return();
    },
  };
}
