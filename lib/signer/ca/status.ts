/** Each CA in the folder: whose it is, what it may still do until when, where its key is; and what is unfinished. */
import { existsSync, readdirSync } from 'node:fs';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { type Custody, type StoredIssuer, signerLogPath, storedIssuers } from '../key-folder';
import { readSigningLog } from '../signing-log';
import { pendingRequests } from './pending';
import { day, expiry, fingerprint, issuedBy, issuingIn, rootsIn } from './plan';

export type CaStatus = {
  folder: string;
  issuers: {
    issuerId: string;
    name: string;
    kind: 'root' | 'issuing';
    environment: string | null;
    /** In the database; null: no portal was asked, or it does not know the CA. */
    state: string | null;
    key: string;
    custody: string;
    notAfter: string;
    /** The last day on which a certificate still ends before its issuer; null for a root. */
    issuesUntil: string | null;
    sha256: string;
    crossSigned: boolean;
    lastCrl: { number: number; at: string } | null;
  }[];
  log: { lines: number; head: string };
  /** Keys that wait for their certificate. */
  requests: number;
  /** What a ceremony that was broken off left, and what to do about it. */
  unfinished: string[];
};

/**
 * @param input.states by CA id, from the database; null: not asked
 * @param input.tokenKeys keys in the token, by the id of their CA; null: no token was asked
 */
export async function caStatus(input: {
  folder: string;
  states: ReadonlyMap<string, string> | null;
  tokenKeys: readonly { label: string }[] | null;
  now: Date;
}): Promise<CaStatus> {
  const { folder, states } = input;
  const stored = storedIssuers(folder);
  const lists = new Map<string, { number: number; at: string }>();
  const path = signerLogPath(folder);
  const log = existsSync(path)
    ? await readSigningLog(path, (entry) => {
        if (entry.op !== 'crl') return;
        lists.set(entry.issuerId, { number: entry.number, at: entry.at.toISOString() });
      })
    : { entries: 0, head: '' };
  const ordered = [...rootsIn(stored), ...ENVIRONMENTS.flatMap((one) => issuingIn(stored, one))];
  return {
    folder,
    issuers: ordered.map((one) => ({
      issuerId: one.issuerId,
      name: one.name,
      kind: one.kind,
      environment: one.environment,
      state: states?.get(one.issuerId) ?? null,
      key: signingAlgorithmOf(one.certificateDer).name,
      custody: custodyWords(one.custody),
      notAfter: day(expiry(one.certificateDer)),
      issuesUntil: one.kind === 'root' ? null : day(lastIssue(one)),
      sha256: fingerprint(one.certificateDer),
      crossSigned: one.crossCertificateDer !== null,
      lastCrl: lists.get(one.issuerId) ?? null,
    })),
    log: { lines: log.entries, head: log.head },
    requests: pendingRequests(folder).length,
    unfinished: [...unfinished(folder, stored), ...strayKeys(input, stored)],
  };
}

export function statusLines(status: CaStatus): string[] {
  const { issuers, log, unfinished: rest } = status;
  return [
    ...(issuers.length === 0 && rest.length === 0
      ? [`${status.folder} has no CA yet: npm run ca -- init.`]
      : []),
    ...issuers.flatMap((one) => [
      `${one.name}  (${one.issuerId})`,
      `  ${[one.kind, one.environment, one.state].filter((word) => word !== null).join(', ')}; ends ${one.notAfter}${one.issuesUntil === null ? '' : `; issues until ${one.issuesUntil}`}`,
      `  ${one.key} key, ${one.custody}${one.crossSigned ? '; also signed by the root before it' : ''}`,
      ...(one.lastCrl
        ? [`  last revocation list: number ${one.lastCrl.number}, ${one.lastCrl.at}`]
        : []),
      `  SHA-256 ${one.sha256}`,
    ]),
    ...(log.lines === 0 ? [] : [`Signer log: ${log.lines} lines, head ${log.head}`]),
    ...rest.map((line) => `Unfinished: ${line}`),
  ];
}

function lastIssue({ certificateDer }: StoredIssuer): Date {
  return new Date(expiry(certificateDer).getTime() - LEAF_PROFILE.validityMs);
}

function custodyWords(custody: Custody): string {
  switch (custody.kind) {
    case 'sealed':
      return 'sealed in the folder';
    case 'pkcs11':
      return `in the token "${custody.token}"`;
    case 'elsewhere':
      return 'not here';
  }
}

function unfinished(folder: string, stored: readonly StoredIssuer[]): string[] {
  const waiting = pendingRequests(folder);
  const [root] = rootsIn(stored);
  const issuing = stored.filter(({ kind }) => kind === 'issuing');
  const missing = ENVIRONMENTS.filter(
    (one) => ![...issuing, ...waiting].some(({ environment }) => environment === one),
  );
  const newest = rootsIn(stored).at(-1);
  const drafts = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.new'))
    : [];
  return [
    ...waiting.map(({ issuerId, name }) =>
      stored.some((one) => one.issuerId === issuerId)
        ? `the request for "${name}" was answered: run npm run ca -- import again, it forgets the request.`
        : `"${name}" has a key and waits for its certificate: npm run ca -- request writes the request again, npm run ca -- import takes the certificate.`,
    ),
    ...(root && issuing.length > 0 && missing.length > 0
      ? [
          `no issuing CA for ${missing.join(' and ')}: run npm run ca -- init again, it makes the rest.`,
        ]
      : []),
    ...(root && issuing.length === 0 && waiting.length === 0
      ? [
          root.custody.kind === 'elsewhere'
            ? 'a root and no issuing CA: npm run ca -- request.'
            : 'a root and no issuing CA: run npm run ca -- init again, it makes them. On a machine that holds the root alone this is as it should be.',
        ]
      : []),
    ...(newest?.crossCertificateDer && !issuing.some((one) => issuedBy(one, newest))
      ? [
          `"${newest.name}" has no issuing CA yet: npm run ca -- rollover --root again, or npm run ca -- request.`,
        ]
      : []),
    ...drafts.map(
      (name) => `${name} was being written when something ended it; nothing reads it. Remove it.`,
    ),
  ];
}

function strayKeys(
  { folder, tokenKeys }: { folder: string; tokenKeys: readonly { label: string }[] | null },
  stored: readonly StoredIssuer[],
): string[] {
  const known = [...stored, ...pendingRequests(folder)].map(({ issuerId }) => issuerId);
  return (tokenKeys ?? [])
    .filter(({ label }) => label.startsWith('iss_') && !known.includes(label))
    .map(
      ({ label }) =>
        `the token has a key ${label} that no CA here uses: of a ceremony that was broken off, or of another folder. It has signed nothing here.`,
    );
}
