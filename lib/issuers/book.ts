/**
 * The CAs of this deployment as this process knows them, read every two seconds: they are made, activated and retired
 * while portals run, and a signer that was away comes back without anybody starting a portal again.
 */
import { systemScope } from '@/lib/access/scope';
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { processWide } from '@/lib/platform/process-wide';
import { SignerGone } from '@/lib/signer/port';
import { registerIssuers } from './register';

export type IssuerState = 'ready' | 'active' | 'retired';

export type KnownIssuer = {
  readonly id: string;
  readonly kind: 'root' | 'issuing';
  /** Null for a root. */
  readonly environment: Environment | null;
  readonly parentId: string | null;
  readonly name: string;
  readonly state: IssuerState;
  readonly stateAt: Date;
  readonly notAfter: Date;
  readonly certificateDer: Uint8Array;
  readonly crossCertificateDer: Uint8Array | null;
};

export type IssuerBook = {
  start(): void;
  stop(): Promise<void>;
  /** Reads the CAs again, and asks the signer for ones that the database does not know yet. */
  refresh(): Promise<void>;
  all(): readonly KnownIssuer[];
  /**
   * Who signs in this environment now: the newest active CA.
   * @throws AppError `ca_unavailable` when there is none that outlives a certificate made now (RFC 5280, 6.1)
   */
  issuing(environment: Environment, now: Date): KnownIssuer;
};

const EVERY_MS = 2 * SECOND_MS;

export function issuerBook(): IssuerBook {
  return processWide('issuer-book', makeBook);
}

/** The last moment at which a CA makes certificates: a leaf must not outlive it. */
export function issuesUntil(issuer: { notAfter: Date }): Date {
  return new Date(issuer.notAfter.getTime() - LEAF_PROFILE.validityMs);
}

function makeBook(): IssuerBook {
  let known: readonly KnownIssuer[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let said = '';

  async function read(): Promise<void> {
    // Each fault is said once, and again when it was another in between.
    const fault = await register();
    if (fault !== said && fault !== '') log().error(fault);
    said = fault;
    known = await readIssuers();
  }

  return {
    start() {
      timer ??= setInterval(() => {
        running ??= read()
          .catch((error: unknown) => log().warn({ err: error }, 'the CAs could not be read'))
          .finally(() => {
            running = null;
          });
      }, EVERY_MS);
    },
    async stop() {
      if (timer) clearInterval(timer);
      timer = null;
      await running;
    },
    refresh: read,
    all: () => known,
    issuing(environment, now) {
      const active = known.filter(
        (one) => one.environment === environment && one.state === 'active',
      );
      const able = active.filter((one) => now <= issuesUntil(one));
      const newest = able.sort((a, b) => b.stateAt.getTime() - a.stateAt.getTime())[0];
      if (newest) return newest;
      throw new AppError('ca_unavailable', {
        detail:
          active.length === 0
            ? `No certificate authority issues in ${environment} yet. Nothing was changed. Try again in a minute.`
            : `The certificate authority of ${environment} ends before a new certificate would. Nothing was changed. The provider has to activate its successor.`,
        retryAfterSeconds: 60,
      });
    },
  };
}

async function register(): Promise<string> {
  try {
    const { issuers } = await deployment().signer.status();
    return (await registerIssuers(issuers)) ?? '';
  } catch (error) {
    if (error instanceof SignerGone) return 'the signer does not answer: nothing can be issued';
    throw error;
  }
}

async function readIssuers(): Promise<KnownIssuer[]> {
  const rows = await acrossAccounts(systemScope('start-up', 'issuers'), (tx) =>
    tx.issuer.findMany({ orderBy: { id: 'asc' } }),
  );
  return rows.map((row) => ({
    ...row,
    kind: row.kind === 'root' ? 'root' : 'issuing',
    environment: isEnvironment(row.environment) ? row.environment : null,
    state: row.state === 'active' || row.state === 'ready' ? row.state : 'retired',
  }));
}
