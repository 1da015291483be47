/** Takes what the root's machine sent: roots, cross-certificates, and the certificates of keys that wait here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '@/lib/kernel/ids';
import { copyOf } from '@/lib/pki/bytes';
import { equalBytes } from '@/lib/pki/der';
import { derOf } from '@/lib/pki/pem';
import { X509Certificate } from '@/lib/pki/x509';
import { type StoredIssuer, storedIssuers, storeIssuer } from '../key-folder';
import { crossFault, issuingFault, rootFault, signedBy } from './certificate';
import { dropRequest, type PendingRequest, pendingRequests } from './pending';
import {
  CaError,
  type CaRoom,
  day,
  expiry,
  fingerprint,
  nothing,
  type Plan,
  providerOf,
  rootsIn,
} from './plan';

type Files = {
  roots: Map<string, Uint8Array>;
  crosses: Map<string, Uint8Array>;
  certificates: Map<string, Uint8Array>;
};

/** @throws CaError for a file that is not what it should be; nothing is taken then */
export function planImport(input: { room: CaRoom; from: string }): Plan {
  const { room, from } = input;
  const { folder } = room;
  const files = filesIn(from);
  const stored = storedIssuers(folder);
  const roots = newRoots(files, rootsIn(stored), from);
  const known = [...rootsIn(stored), ...roots];
  const waiting = pendingRequests(folder);
  const leftOver = waiting.filter((one) =>
    stored.some(({ issuerId }) => issuerId === one.issuerId),
  );
  const taken = waiting
    .filter((one) => !leftOver.includes(one))
    .flatMap((one) => {
      const certificateDer = files.certificates.get(one.issuerId);
      return certificateDer ? [issuerOf(one, certificateDer, known, from)] : [];
    });
  if (roots.length + taken.length + leftOver.length === 0) {
    return nothing(`${from} has nothing that ${folder} waits for. Nothing was changed.`);
  }
  return {
    will: [
      ...roots.flatMap((root) => [
        `take the root "${root.name}" for ours${root.crossCertificateDer ? ', signed by the root before it' : ''}:`,
        `  SHA-256 ${fingerprint(root.certificateDer)}`,
        '  compare it with the one that was written down where the root was made',
      ]),
      ...taken.map(
        (one) => `add the issuing CA "${one.name}" (until ${day(expiry(one.certificateDer))})`,
      ),
      ...leftOver.map(({ name }) => `forget the request for "${name}": its certificate is here`),
    ],
    async run() {
      await room.sealingKey();
      for (const root of roots) storeIssuer(folder, root);
      for (const issuer of taken) storeIssuer(folder, issuer);
      for (const { issuerId } of [...taken, ...leftOver]) dropRequest(folder, issuerId);
      const rest = pendingRequests(folder).map(({ name }) => `Still waiting: ${name}`);
      return [...taken.map(({ name, issuerId }) => `${issuerId}  ${name}`), ...rest];
    },
  };
}

function filesIn(from: string): Files {
  const files: Files = { roots: new Map(), crosses: new Map(), certificates: new Map() };
  for (const file of existsSync(from) ? readdirSync(from) : []) {
    const [, issuerId, kind] = /^(iss_[0-9a-z]+)\.(root|cross|crt)\.pem$/.exec(file) ?? [];
    if (!isId('issuer', issuerId)) continue;
    const der = certificateIn(join(from, file));
    if (kind === 'root') files.roots.set(issuerId, der);
    if (kind === 'cross') files.crosses.set(issuerId, der);
    if (kind === 'crt') files.certificates.set(issuerId, der);
  }
  return files;
}

function certificateIn(path: string): Uint8Array {
  try {
    const der = derOf(readFileSync(path, 'utf8'));
    return new Uint8Array(new X509Certificate(copyOf(der)).rawData);
  } catch (cause) {
    throw new CaError(`${path} is no certificate. Nothing was changed.`, { cause });
  }
}

/** Roots that are not here yet, oldest first; of a successor its cross-certificate must be right. */
function newRoots(files: Files, known: readonly StoredIssuer[], from: string): StoredIssuer[] {
  const made: StoredIssuer[] = [];
  for (const [issuerId, certificateDer] of [...files.roots].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = known.find((one) => one.issuerId === issuerId);
    if (before && equalBytes(before.certificateDer, certificateDer)) continue;
    const refused = (why: string) =>
      new CaError(`${join(from, issuerId)}.root.pem ${why}. Nothing was changed.`);
    if (before) throw refused('is another certificate than the one here');
    const fault = rootFault(certificateDer);
    if (fault !== null) throw refused(fault);
    const cross = files.crosses.get(issuerId) ?? null;
    const older = [...known, ...made];
    if (older.length > 0 && !older.some((one) => cross && follows(cross, certificateDer, one))) {
      throw refused(`has no certificate by a root that is here (${issuerId}.cross.pem)`);
    }
    made.push({
      issuerId,
      kind: 'root',
      environment: null,
      name: commonNameOf(certificateDer),
      certificateDer,
      crossCertificateDer: cross,
      custody: { kind: 'elsewhere' },
    });
  }
  return made;
}

function follows(crossDer: Uint8Array, newRootDer: Uint8Array, older: StoredIssuer): boolean {
  return crossFault({ crossDer, newRootDer, oldRootDer: older.certificateDer }) === null;
}

function issuerOf(
  request: PendingRequest,
  certificateDer: Uint8Array,
  roots: readonly StoredIssuer[],
  from: string,
): StoredIssuer {
  const { issuerId, environment, name, spkiDer, custody } = request;
  const root = roots.find((one) => signedBy(certificateDer, one.certificateDer));
  const fault = root
    ? issuingFault({
        certificateDer,
        rootDer: root.certificateDer,
        spkiDer,
        providerName: providerOf(root.certificateDer),
        name,
      })
    : 'is signed by no root that is here';
  if (fault !== null) {
    throw new CaError(`${join(from, issuerId)}.crt.pem ${fault}. Nothing was changed.`);
  }
  return {
    issuerId,
    kind: 'issuing',
    environment,
    name,
    certificateDer,
    crossCertificateDer: null,
    custody,
  };
}

function commonNameOf(certificateDer: Uint8Array): string {
  const certificate = new X509Certificate(copyOf(certificateDer));
  return certificate.subjectName.getField('CN')[0] ?? '';
}
