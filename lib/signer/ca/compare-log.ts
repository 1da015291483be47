/** The signer log against the database: what either knows and the other does not. */
import { existsSync } from 'node:fs';
import { signerLogPath } from '../key-folder';
import { type LoggedEntry, readSigningLog } from '../signing-log';

/** What the database says of one intent, or of an OCSP responder, whose certificate it does not keep. */
export type KnownIntent = {
  intentId: string;
  issuerId: string;
  serialHex: string;
  tbsSha256: string;
  /** Whether its certificate is stored. */
  issued: boolean;
};

/** Signed, by the log, and in no row. */
export type UnknownCertificate = {
  intentId: string;
  issuerId: string;
  serialHex: string;
  tbsSha256: string;
  signedAt: Date;
};

export type Comparison = {
  lines: number;
  head: string;
  certificates: number;
  revocationLists: number;
  /** Signed, and no intent in the database has the serial: signed behind its back, or the database was restored. */
  unknownToDatabase: UnknownCertificate[];
  /** Stored, and not in the log: not signed by this signer, or the log was restored. */
  unknownToLog: string[];
  /** In both, with other bytes or another serial. */
  different: string[];
};

/**
 * Reads the log, and compares it where there is a database.
 * @param intents pages of all intents; null: the chain alone is checked
 * @throws LogError when the chain is broken
 */
export async function compareLog(
  folder: string,
  intents: AsyncIterable<readonly KnownIntent[]> | null,
): Promise<Comparison> {
  const signed = new Map<string, LoggedCertificate>();
  let revocationLists = 0;
  const path = signerLogPath(folder);
  const { entries, head } = existsSync(path)
    ? await readSigningLog(path, (entry) => {
        if (entry.op === 'crl') revocationLists += 1;
        if (entry.op === 'certificate') signed.set(entry.intentId, entry);
        if (entry.op === 'responder') signed.set(entry.responderId, entry);
      })
    : { entries: 0, head: '' };
  const found: Comparison = {
    lines: entries,
    head,
    certificates: signed.size,
    revocationLists,
    unknownToDatabase: [],
    unknownToLog: [],
    different: [],
  };
  if (intents === null) return found;
  for await (const page of intents) {
    for (const intent of page) {
      const logged = signed.get(intent.intentId);
      signed.delete(intent.intentId);
      if (!logged && intent.issued) found.unknownToLog.push(serialOf(intent));
      if (logged && mark(logged) !== mark(intent)) found.different.push(serialOf(intent));
    }
  }
  found.unknownToDatabase.push(
    ...[...signed].map(([intentId, { issuerId, serialHex, tbsSha256, at }]) => ({
      ...{ intentId, issuerId, serialHex, tbsSha256 },
      signedAt: at,
    })),
  );
  return found;
}

type LoggedCertificate = Extract<LoggedEntry, { op: 'certificate' | 'responder' }>;

function mark(one: { issuerId: string; serialHex: string; tbsSha256: string }): string {
  return `${one.issuerId} ${one.serialHex} ${one.tbsSha256}`;
}

const serialOf = ({ serialHex }: KnownIntent): string => serialHex;
