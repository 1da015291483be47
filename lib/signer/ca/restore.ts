/** A backup into an empty folder; what was signed after it was made comes from the database into the log. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitStringOctets, readDer } from '@/lib/pki/der';
import { giveToOwnerOf, signerLogPath } from '../key-folder';
import { openSigningLog } from '../signing-log';
import { checkBackup } from './backup';
import { CaError, type Plan } from './plan';

/** A certificate that the database has. */
export type KnownCertificate = {
  intentId: string;
  issuerId: string;
  serialHex: string;
  certificateDer: Uint8Array;
};

/** Those of the database whose intent is not in a log; null where no database can be asked. */
export type MissingFrom = (logged: ReadonlySet<string>) => Promise<KnownCertificate[]>;

/** @throws CaError when the folder is not empty, or the backup is not whole; nothing is restored then */
export async function planRestore(input: {
  from: string;
  folder: string;
  passphrase: string;
  now: Date;
  missing: MissingFrom | null;
}): Promise<Plan> {
  const { from, folder } = input;
  const there = existsSync(folder) ? readdirSync(folder) : [];
  if (there.length > 0) {
    throw new CaError(
      `${folder} is not empty (${there[0]}). A restore writes nothing over: give another folder by --folder.`,
    );
  }
  const { at, log, files } = await checkBackup(from, input.passphrase);
  return {
    will: [
      `copy ${Object.keys(files).length} files of ${at} (signer log: ${log.entries} lines) to ${folder}`,
      input.missing === null
        ? 'leave the signer log as it was then: no database can be asked here what was signed since'
        : 'add what the database has and the log of then has not: numbers only rise',
    ],
    async run() {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const name of Object.keys(files)) {
        const path = join(folder, name);
        writeFileSync(path, readFileSync(join(from, name)), { mode: 0o600, flag: 'wx' });
        giveToOwnerOf(folder, path);
      }
      const added = input.missing === null ? 0 : await reconcile(input, log.head, input.missing);
      return [
        `${folder}: ${Object.keys(files).length} files.`,
        ...(input.missing === null ? [] : [`From the database into the signer log: ${added}.`]),
        'Start the signer, then: npm run ca -- verify-log.',
      ];
    },
  };
}

async function reconcile(
  { folder, now }: { folder: string; now: Date },
  backupHead: string,
  missing: MissingFrom,
): Promise<number> {
  const logged = new Set<string>();
  const path = signerLogPath(folder);
  const log = await openSigningLog({
    path,
    now: () => now,
    onEntry: (entry) => {
      if (entry.op === 'certificate') logged.add(entry.intentId);
    },
  });
  giveToOwnerOf(folder, path);
  try {
    const certificates = await missing(logged);
    if (certificates.length > 0) {
      await log.append({ op: 'restored', backupHead, certificates: certificates.length });
    }
    await Promise.all(
      certificates.map(({ intentId, issuerId, serialHex, certificateDer }) => {
        const [tbs, , signature] = readDer(certificateDer).children;
        return log.append({
          op: 'certificate',
          intentId,
          serialHex,
          issuerId,
          tbsSha256: createHash('sha256')
            .update(tbs?.der ?? '')
            .digest('hex'),
          signature: Buffer.from(bitStringOctets(signature, 'the signature')).toString('base64'),
        });
      }),
    );
    return certificates.length;
  } finally {
    await log.close();
  }
}
