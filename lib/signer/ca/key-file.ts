/** One CA in one file: its certificates, and its key sealed anew under a passphrase of the file's own. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  jsonIn,
  parseStored,
  type StoredIssuer,
  storedIssuers,
  storedJson,
  storeIssuer,
  writeOnce,
} from '../key-folder';
import { openSecret, sealingKeyFrom, sealSecret } from '../sealed-key';
import { sealedSigningKey } from '../signing-key';
import { rootFault, signedBy } from './certificate';
import {
  CaError,
  type CaRoom,
  day,
  expiry,
  fingerprint,
  nothing,
  type Plan,
  rootsIn,
} from './plan';

const MIN_PASSPHRASE_LENGTH = 12;
const KeyFile = z.strictObject({
  countersign: z.literal('CA key'),
  salt: z.base64(),
  issuer: z.unknown(),
});

/** @throws CaError for a key that cannot leave: in a token, or on another machine */
export function planExport(input: {
  room: CaRoom;
  issuerId: string;
  out: string;
  passphrase: string;
}): Plan {
  const { room, passphrase } = input;
  const out = resolve(input.out);
  const issuer = storedIssuers(room.folder).find((one) => one.issuerId === input.issuerId);
  if (!issuer) throw new CaError(`${room.folder} has no CA ${input.issuerId}.`);
  const { custody } = issuer;
  if (custody.kind !== 'sealed') {
    throw new CaError(
      custody.kind === 'pkcs11'
        ? `The key of "${issuer.name}" is in the token "${custody.token}" and cannot leave it.`
        : `The key of "${issuer.name}" is not in this folder.`,
    );
  }
  checkPassphrase(passphrase);
  if (existsSync(out)) throw new CaError(`${out} is there already. Nothing was changed.`);
  return {
    will: [
      `write the key and the certificates of "${issuer.name}" (${issuer.issuerId}) to ${out}`,
      'seal them with EXPORT_PASSPHRASE: whoever has both can issue in your name',
    ],
    async run() {
      const plain = openSecret(custody.sealedKey, await room.sealingKey());
      const salt = randomBytes(16);
      const sealedKey = sealSecret(plain, await sealingKeyFrom(passphrase, salt));
      plain.fill(0);
      writeOnce(out, {
        countersign: 'CA key',
        salt: salt.toString('base64'),
        issuer: storedJson({ ...issuer, custody: { kind: 'sealed', sealedKey } }),
      });
      return [`${out}  ${issuer.name}`];
    },
  };
}

/** @throws CaError, SealError when the file is none of ours, or its key not that of its certificate */
export async function planKeyImport(input: {
  room: CaRoom;
  from: string;
  passphrase: string;
}): Promise<Plan> {
  const { room, passphrase } = input;
  const parsed = KeyFile.safeParse(jsonIn(input.from));
  const issuer = parsed.success ? parseStored(parsed.data.issuer) : null;
  if (!parsed.success || issuer?.custody.kind !== 'sealed') {
    throw new CaError(`${input.from} was not written by npm run ca -- export.`);
  }
  const { sealedKey } = issuer.custody;
  const stored = storedIssuers(room.folder);
  if (stored.some(({ issuerId }) => issuerId === issuer.issuerId)) {
    return nothing(`${room.folder} has "${issuer.name}" already. Nothing was changed.`);
  }
  const salt = Buffer.from(parsed.data.salt, 'base64');
  const fileKey = await sealingKeyFrom(passphrase, salt);
  await sealedSigningKey({ sealedKey, sealingKey: fileKey, certificateDer: issuer.certificateDer });
  checkPlace(issuer, stored, room.folder);
  return {
    will: [
      `add "${issuer.name}" (${issuer.issuerId}, until ${day(expiry(issuer.certificateDer))}) with its key to ${room.folder}`,
      `  SHA-256 ${fingerprint(issuer.certificateDer)}`,
    ],
    async run() {
      const plain = openSecret(sealedKey, fileKey);
      const sealed = sealSecret(plain, await room.sealingKey());
      plain.fill(0);
      storeIssuer(room.folder, { ...issuer, custody: { kind: 'sealed', sealedKey: sealed } });
      return [`${issuer.issuerId}  ${issuer.name}`];
    },
  };
}

function checkPlace(issuer: StoredIssuer, stored: readonly StoredIssuer[], folder: string): void {
  if (issuer.kind === 'root') {
    const fault = rootFault(issuer.certificateDer);
    if (fault !== null) throw new CaError(`"${issuer.name}" ${fault}. Nothing was changed.`);
    return;
  }
  const rooted = rootsIn(stored).some((root) =>
    signedBy(issuer.certificateDer, root.certificateDer),
  );
  if (rooted) return;
  throw new CaError(
    `The root of "${issuer.name}" is not in ${folder}. Import the root first. Nothing was changed.`,
  );
}

function checkPassphrase(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE_LENGTH) return;
  throw new CaError(`EXPORT_PASSPHRASE: at least ${MIN_PASSPHRASE_LENGTH} characters.`);
}
