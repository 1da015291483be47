/** On the machine of the root: shows each request, and signs it by the profile of issuing CAs, whatever it asks for. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { isId } from '@/lib/kernel/ids';
import { hexOf } from '@/lib/pki/bytes';
import { parseCsr } from '@/lib/pki/csr-parse';
import { equalBytes, readDer } from '@/lib/pki/der';
import { judgeKey, signatureScheme, verifySignature } from '@/lib/pki/key';
import { nameParts } from '@/lib/pki/lint-read';
import { derOf, pemOf } from '@/lib/pki/pem';
import { algorithmOfKey } from '@/lib/pki/signing-algorithm';
import { issuingCertificate, issuingName } from '../ca-certificates';
import { type StoredIssuer, storedIssuers, storeIssuer } from '../key-folder';
import { spkiOf } from './certificate';
import {
  CaError,
  type CaRoom,
  day,
  expiry,
  fingerprint,
  generationOf,
  mustBeHere,
  newestRoot,
  opened,
  type Plan,
  providerOf,
  rootsIn,
} from './plan';

type Request = {
  issuerId: string;
  environment: Environment;
  name: string;
  spkiDer: Uint8Array;
  kind: string;
};

const REQUEST_FILE = /^(iss_[0-9a-z]+)\.csr\.pem$/;

/** @throws CaError for a request that is not one of this provider's issuing CAs */
export async function planSign(input: {
  room: CaRoom;
  from: string;
  out: string;
  pkiUrl: string | null;
}): Promise<Plan> {
  const { room, from, out } = input;
  const root = newestRoot(room.folder);
  mustBeHere(root);
  const provider = providerOf(root.certificateDer);
  const files = existsSync(from) ? readdirSync(from).filter((name) => REQUEST_FILE.test(name)) : [];
  if (files.length === 0) throw new CaError(`${from} has no request (iss_….csr.pem).`);
  const stored = storedIssuers(room.folder);
  const requests: Request[] = [];
  for (const file of files.sort()) {
    const request = await requestIn(from, file, provider);
    forbidSecond(request, stored);
    requests.push(request);
  }
  return {
    will: [
      `sign with the root "${root.name}" (${root.issuerId}, until ${day(expiry(root.certificateDer))}):`,
      ...requests.flatMap((one) => [
        `  ${one.name}  (${one.issuerId})`,
        `    for ${one.environment}; CA, path length 0, client authentication alone; ${one.kind} key`,
        `    key SHA-256 ${hexOf(createHash('sha256').update(one.spkiDer).digest())}`,
      ]),
      `write the certificates to ${out}`,
    ],
    async run() {
      const signing = await opened(room, root);
      for (const request of requests) {
        if (stored.some(({ issuerId }) => issuerId === request.issuerId)) continue;
        const { issuerId, environment, name, spkiDer } = request;
        const certificateDer = await issuingCertificate({
          providerName: provider,
          name,
          spkiDer,
          root: signing,
          pkiUrl: input.pkiUrl,
          now: room.now,
        });
        const custody = { kind: 'elsewhere' } as const;
        const crossCertificateDer = null;
        // The root's own record of what it signed: before the certificate leaves.
        storeIssuer(room.folder, {
          issuerId,
          kind: 'issuing',
          environment,
          name,
          certificateDer,
          crossCertificateDer,
          custody,
        });
      }
      return handOut(
        out,
        storedIssuers(room.folder),
        requests.map(({ issuerId }) => issuerId),
      );
    },
  };
}

async function requestIn(folder: string, file: string, provider: string): Promise<Request> {
  const issuerId = REQUEST_FILE.exec(file)?.[1] ?? '';
  const refused = (why: string, cause?: unknown) =>
    new CaError(`${join(folder, file)} ${why}. Nothing was signed.`, { cause });
  if (!isId('issuer', issuerId)) throw refused('has a name that is no CA id');
  const [der, csr] = parsed(join(folder, file), refused);
  const { scheme } = signatureScheme(csr.signatureAlgorithm);
  const { facts } = judgeKey(csr.spki);
  const spkiDer = csr.spki.der;
  const signed = { spkiDer, key: facts, signature: csr.signature, signed: csr.infoDer };
  if (!scheme || (await verifySignature({ ...signed, scheme })) !== 'verifies') {
    throw refused('is not signed by the key in it');
  }
  const [subject] = [readDer(der).children[0]?.children[1]];
  const parts = subject ? nameParts(subject) : [];
  const name = parts.find(({ type }) => type === 'CN')?.text ?? '';
  const environment = ENVIRONMENTS.find(
    (one) => name === issuingName(provider, one, generationOf({ name })),
  );
  const organization = parts.find(({ type }) => type === 'O')?.text;
  if (!environment || organization !== provider || parts.length !== 2) {
    throw refused(`asks for "${organization}, ${name}", which is no issuing CA of ${provider}`);
  }
  return { issuerId, environment, name, spkiDer, kind: algorithmOfKey(csr.spki).name };
}

function parsed(path: string, refused: (why: string, cause: unknown) => CaError) {
  try {
    const der = derOf(readFileSync(path, 'utf8'));
    const csr = parseCsr(der);
    algorithmOfKey(csr.spki);
    return [der, csr] as const;
  } catch (cause) {
    throw refused(`is no request (${cause instanceof Error ? cause.message : cause})`, cause);
  }
}

/** One name, one key; one id, one certificate. The same request again gets the certificate that was made. */
function forbidSecond(request: Request, stored: readonly StoredIssuer[]): void {
  const before = stored.find(
    ({ issuerId, name }) => issuerId === request.issuerId || name === request.name,
  );
  if (!before) return;
  const same =
    before.issuerId === request.issuerId &&
    before.name === request.name &&
    equalBytes(spkiOf(before.certificateDer), request.spkiDer);
  if (same) return;
  throw new CaError(
    `"${before.name}" was signed before, as ${before.issuerId} with another key. Nothing was signed.`,
  );
}

function handOut(
  out: string,
  stored: readonly StoredIssuer[],
  signed: readonly string[],
): string[] {
  mkdirSync(out, { recursive: true });
  const write = (file: string, der: Uint8Array): string => {
    const path = join(out, file);
    const pem = pemOf(der, 'CERTIFICATE');
    if (!existsSync(path)) writeFileSync(path, pem, { flag: 'wx' });
    else if (readFileSync(path, 'utf8') !== pem) throw new CaError(`${path} is another file.`);
    return `${path}\n  SHA-256 ${fingerprint(der)}`;
  };
  const roots = rootsIn(stored);
  return [
    ...roots.map(({ issuerId, certificateDer }) => write(`${issuerId}.root.pem`, certificateDer)),
    ...roots.flatMap(({ issuerId, crossCertificateDer: cross }) =>
      cross === null ? [] : [write(`${issuerId}.cross.pem`, cross)],
    ),
    ...stored
      .filter(({ issuerId }) => signed.includes(issuerId))
      .map(({ issuerId, certificateDer }) => write(`${issuerId}.crt.pem`, certificateDer)),
    `Take ${out} back: npm run ca -- import --in ${out}.`,
  ];
}
