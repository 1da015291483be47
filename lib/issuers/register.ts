import { X509Certificate } from 'node:crypto';
import { systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import type { HeldIssuer } from '@/lib/signer/port';

// pg_advisory_xact_lock: of several portals that find a new CA at the same moment, one enters it.
const REGISTER_LOCK = 7_265_422n;

type Row = { id: string; kind: string; environment: string | null; certificateDer: Uint8Array };

/**
 * Enters the CAs that the signer holds and the database does not know. The first of an environment is active at once;
 * a later one waits for `ca activate`. A root must be the first, or signed by one that is known: a signer with a CA of
 * its own making is never taken for ours.
 * @returns what is wrong, in words for the operator; null when all is well
 */
export async function registerIssuers(held: readonly HeldIssuer[]): Promise<string | null> {
  const scope = systemScope('start-up', 'issuers');
  const known = await acrossAccounts(scope, (tx) => tx.issuer.findMany());
  if (held.every(({ issuerId }) => known.some(({ id }) => id === issuerId))) return null;
  return acrossAccounts(scope, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${REGISTER_LOCK})`;
    const rows: Row[] = await tx.issuer.findMany();
    const roots = held.filter(({ kind }) => kind === 'root');
    for (const issuer of [...roots, ...held.filter(({ kind }) => kind === 'issuing')]) {
      if (rows.some(({ id }) => id === issuer.issuerId)) continue;
      const parent = parentOf(issuer, rows);
      const first = issuer.kind === 'root' && rows.length === 0;
      if (parent === null && !first) {
        return `The signer holds ${issuer.name} (${issuer.issuerId}), which no CA of this database has signed. It is not used. Give the signer the keys of this database's CA (npm run ca -- import).`;
      }
      rows.push(await enter(tx, issuer, parent, rows));
    }
    return null;
  });
}

function parentOf(issuer: HeldIssuer, rows: readonly Row[]): Row | null {
  const certificate = new X509Certificate(
    issuer.kind === 'root'
      ? (issuer.crossCertificateDer ?? issuer.certificateDer)
      : issuer.certificateDer,
  );
  return (
    rows.find((row) => {
      if (row.kind !== 'root') return false;
      const above = new X509Certificate(row.certificateDer);
      return certificate.checkIssued(above) && certificate.verify(above.publicKey);
    }) ?? null
  );
}

async function enter(
  tx: Tx,
  issuer: HeldIssuer,
  parent: Row | null,
  rows: readonly Row[],
): Promise<Row> {
  const now = currentTime();
  const { kind, environment, name } = issuer;
  const others = rows.some((row) => row.kind === 'issuing' && row.environment === environment);
  const state = kind === 'root' || !others ? 'active' : 'ready';
  const row = await tx.issuer.create({
    data: {
      id: issuer.issuerId,
      kind,
      environment,
      name,
      parentId: parent?.id ?? null,
      certificateDer: new Uint8Array(issuer.certificateDer),
      crossCertificateDer: issuer.crossCertificateDer && new Uint8Array(issuer.crossCertificateDer),
      notAfter: new Date(new X509Certificate(issuer.certificateDer).validTo),
      createdAt: now,
      state,
      stateAt: now,
    },
  });
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: { kind: 'system', id: 'start-up', name: 'start-up' },
    requestId: 'start-up',
    action: 'issuer.created',
    object: { kind: 'issuer', id: issuer.issuerId },
    detail: { name, kind, environment, state },
  });
  return row;
}
