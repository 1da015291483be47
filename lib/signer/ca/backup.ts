/** The signer's folder in another: sealed as it is, with the log up to its last whole line, and a list of digests. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  folderSealingKey,
  jsonIn,
  type StoredIssuer,
  signerLogPath,
  storedIssuers,
  writeOnce,
} from '../key-folder';
import { sealedSigningKey } from '../signing-key';
import { readSigningLog } from '../signing-log';
import { CaError, type Plan } from './plan';

const MANIFEST = 'manifest.json';
// What opens the seal is kept apart from what is sealed; the signer's login belongs to this machine.
const BACKED_UP =
  /^(iss_[0-9a-z]+\.json|request_iss_[0-9a-z]+\.json|revoked_iss_[0-9a-z]+\.json|seal\.json|signer\.log)$/;
const Manifest = z.strictObject({
  countersign: z.literal('signer backup'),
  at: z.iso.datetime(),
  log: z.strictObject({ entries: z.number().int(), head: z.string() }),
  files: z.record(z.string().regex(BACKED_UP), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

/** @throws CaError when there is nothing to back up, or something in its place */
export function planBackup(input: { folder: string; out: string; now: Date }): Plan {
  const { folder } = input;
  const out = resolve(input.out);
  const stored = storedIssuers(folder);
  if (stored.length === 0) throw new CaError(`${folder} has no CA. Nothing was written.`);
  if (existsSync(out)) throw new CaError(`${out} is there already. Nothing was written.`);
  return {
    will: [
      `copy ${stored.length} CAs, the seal and the signer log from ${folder} to ${out}`,
      'leave out the passphrase: keep it elsewhere, without it the backup opens nothing',
      ...inTokens(stored),
    ],
    async run() {
      mkdirSync(out, { recursive: true, mode: 0o700 });
      const names = readdirSync(folder).filter((name) => BACKED_UP.test(name));
      // The running signer adds to its log meanwhile: the copy ends with a whole line.
      for (const name of names) {
        writeFileSync(join(out, name), readFileSync(join(folder, name)), {
          mode: 0o600,
          flag: 'wx',
        });
      }
      const log = await wholeLog(signerLogPath(out));
      writeOnce(join(out, MANIFEST), {
        countersign: 'signer backup',
        at: input.now.toISOString(),
        log,
        files: Object.fromEntries(names.map((name) => [name, digestOf(join(out, name))])),
      });
      return [`${out}: ${names.length} files; the signer log has ${log.entries} lines.`];
    },
  };
}

/** Keys in tokens are in no file: the token has a backup of its own. */
function inTokens(stored: readonly StoredIssuer[]): string[] {
  const tokens = stored.flatMap(({ custody }) =>
    custody.kind === 'pkcs11' ? [custody.token] : [],
  );
  return [...new Set(tokens)].map(
    (token) => `leave out the keys in the token "${token}": back it up as its maker says`,
  );
}

async function wholeLog(path: string): Promise<{ entries: number; head: string }> {
  if (!existsSync(path)) return { entries: 0, head: '' };
  const { entries, head, bytes } = await readSigningLog(path, () => undefined);
  truncateSync(path, bytes);
  return { entries, head };
}

/**
 * A backup that is whole, and its keys those of its certificates.
 * @throws CaError naming the file that is not; KeyFolderError for another passphrase; LogError for a broken log
 */
export async function checkBackup(from: string, passphrase: string): Promise<Manifest> {
  const parsed = Manifest.safeParse(jsonIn(join(from, MANIFEST)));
  if (!parsed.success) throw new CaError(`${from} was not written by npm run ca -- backup.`);
  for (const [name, digest] of Object.entries(parsed.data.files)) {
    const path = join(from, name);
    if (!statSync(path, { throwIfNoEntry: false }) || digestOf(path) !== digest) {
      throw new CaError(`${path} is not what was backed up. Nothing was restored.`);
    }
  }
  const sealingKey = await folderSealingKey(from, passphrase);
  for (const { custody, certificateDer } of storedIssuers(from)) {
    if (custody.kind !== 'sealed') continue;
    await sealedSigningKey({ sealedKey: custody.sealedKey, sealingKey, certificateDer });
  }
  const { log } = parsed.data;
  const path = signerLogPath(from);
  const { head } = existsSync(path) ? await readSigningLog(path, () => undefined) : { head: '' };
  if (head !== log.head) throw new CaError(`${path} is not the log that was backed up.`);
  return parsed.data;
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
