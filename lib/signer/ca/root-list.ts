/** The revocation list of a root whose key is here and not with the signer: which of its issuing CAs are no longer CAs. */
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { crlBuilder } from '@/lib/pki/crl';
import { lintCrl } from '@/lib/pki/lint-crl';
import { CRL_PROFILE } from '@/lib/pki/profile';
import { openFolderSigner } from '../folder-signer';
import { jsonIn, KeyFolderError, type StoredIssuer, storedIssuers, writeOnce } from '../key-folder';
import { CaError, type CaRoom, day, issuedBy, mustBeHere, type Plan, rootsIn } from './plan';

const Revoked = z.strictObject({
  version: z.literal(1),
  issuerId: z.string(),
  at: z.iso.datetime(),
});
const MINUTE_RATE = 10;

/** @param input.revoke the id of an issuing CA; null: none besides those revoked before */
export function planRootList(input: { room: CaRoom; out: string; revoke: string | null }): Plan {
  const { room, out, revoke } = input;
  const stored = storedIssuers(room.folder);
  const before = revokedIn(room.folder);
  const added = revoke === null ? null : stored.find(({ issuerId }) => issuerId === revoke);
  if (added === undefined || added?.kind === 'root') {
    throw new CaError(`${room.folder} has no issuing CA ${revoke}. Nothing was changed.`);
  }
  const isNew = added !== null && !before.has(added.issuerId);
  const roots = rootsIn(stored).filter(({ custody }) => custody.kind !== 'elsewhere');
  const [first] = rootsIn(stored);
  if (roots.length === 0) {
    if (first) mustBeHere(first);
    throw new CaError(`${room.folder} has no root.`);
  }
  const until = new Date(room.now.getTime() + CRL_PROFILE.rootValidityMs);
  return {
    will: [
      ...(isNew
        ? [`revoke "${added.name}" (${added.issuerId}) for ever: nothing it signed is valid then`]
        : []),
      ...roots.map(({ name }) => `sign the revocation list of "${name}", until ${day(until)}`),
      `write ${roots.length === 1 ? 'it' : 'them'} to ${out}`,
    ],
    async run() {
      if (isNew) {
        const content = { version: 1, issuerId: added.issuerId, at: room.now.toISOString() };
        writeOnce(join(room.folder, `revoked_${added.issuerId}.json`), content);
      }
      const lists = await signed(room, roots, until);
      mkdirSync(out, { recursive: true });
      return lists.map(({ root, number, entries, der }) => {
        const path = join(out, `${root.issuerId}.${number}.crl`);
        writeFileSync(path, der, { flag: 'wx' });
        return `${path}  list ${number} of "${root.name}": ${entries} revoked`;
      });
    },
  };
}

async function signed(room: CaRoom, roots: readonly StoredIssuer[], nextUpdate: Date) {
  const { folder, now } = room;
  const stored = storedIssuers(folder);
  const revoked = revokedIn(folder);
  const openTokenKey = (await room.token?.())?.openKey ?? null;
  const { signer, close } = await openFolderSigner({
    folder,
    sealingKey: await room.sealingKey(),
    openTokenKey,
    pkiUrl: '',
    now: () => now,
    maxPerMinute: MINUTE_RATE,
  });
  try {
    const lists = [];
    for (const root of roots) {
      const { issuerId, certificateDer } = root;
      const { crlNumbers } = await signer.status();
      const number = (crlNumbers[issuerId] ?? 0) + 1;
      const builder = crlBuilder({
        issuerDer: certificateDer,
        number,
        thisUpdate: now,
        nextUpdate,
      });
      const entries = stored
        .filter((one) => issuedBy(one, root) && revoked.has(one.issuerId))
        .map((one) => ({
          serialHex: new NodeCertificate(one.certificateDer).serialNumber,
          revokedAt: revoked.get(one.issuerId) ?? now,
          reason: 'keyCompromise' as const,
        }))
        .sort((a, b) => (a.serialHex < b.serialHex ? -1 : 1));
      builder.add(entries);
      const result = lintCrl({ ...builder.finish(), now });
      if ('findings' in result) throw new CaError(`the list breaks ${result.findings[0]?.rule}`);
      const der = await signer.signCrl({ issuerId, tbs: result.linted });
      lists.push({ root, number, entries: entries.length, der });
    }
    return lists;
  } finally {
    await close();
  }
}

/** When each issuing CA was revoked, by its id. @throws KeyFolderError */
function revokedIn(folder: string): Map<string, Date> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    names
      .filter((name) => /^revoked_.*\.json$/.test(name))
      .map((name) => {
        const parsed = Revoked.safeParse(jsonIn(join(folder, name)));
        if (!parsed.success) throw new KeyFolderError(`${join(folder, name)} was not written here`);
        return [parsed.data.issuerId, new Date(parsed.data.at)] as const;
      }),
  );
}
