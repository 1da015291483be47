import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { context, sequence, wholeNumber } from '@/lib/pki/der-write';
import { pemOf } from '@/lib/pki/pem';
import { signedDer } from '@/lib/pki/signing-algorithm';
import { Name } from '@/lib/pki/x509';
import { assertNameFits, issuingName } from '../ca-certificates';
import { newIssuerId } from '../ceremony';
import { storedIssuers } from '../key-folder';
import type { SigningKey } from '../signing-key';
import { keyMaker } from './keys';
import { type PendingRequest, pendingRequests, storeRequest } from './pending';
import {
  CaError,
  type CaRoom,
  generationOf,
  issuingIn,
  type KeyWords,
  keyWords,
  type Plan,
} from './plan';

/**
 * Makes keys of issuing CAs, and writes requests that the root's machine signs (`ca sign`). A request that waits already
 * is written out again; no second key is made.
 */
export function planRequest(input: {
  room: CaRoom;
  environments: readonly Environment[];
  providerName: string;
  key: KeyWords;
  out: string;
}): Plan {
  const { room, out, providerName } = input;
  const waiting = pendingRequests(room.folder);
  const again = waiting.filter((one) => input.environments.includes(one.environment));
  const fresh = input.environments.filter(
    (environment) => !again.some((one) => one.environment === environment),
  );
  const named = fresh.map((environment) => ({
    environment,
    name: issuingName(providerName, environment, nextGeneration(room.folder, environment)),
  }));
  assertNameFits(providerName, [
    issuingName(providerName, ENVIRONMENTS[0], 1),
    ...named.map(({ name }) => name),
  ]);
  return {
    will: [
      ...again.map(
        ({ name }) => `write the request for "${name}" again: its key is here and waits`,
      ),
      ...named.map(
        ({ name }) => `make the key of "${name}" in ${room.folder}: ${keyWords(input.key)}`,
      ),
      `write ${input.environments.length} request${input.environments.length === 1 ? '' : 's'} to ${out}`,
    ],
    async run() {
      await room.sealingKey();
      const makeKey = fresh.length === 0 ? null : await keyMaker(room, input.key.into);
      for (const { environment, name } of makeKey === null ? [] : named) {
        const issuerId = newIssuerId(room.now);
        const made = await makeKey?.(issuerId, input.key.kind);
        if (!made) continue;
        const { spkiDer, custody } = made;
        const requestDer = await requestOf({ providerName, name, spkiDer, key: made.key });
        storeRequest(room.folder, { issuerId, environment, name, requestDer, spkiDer, custody });
      }
      const all = pendingRequests(room.folder).filter((one) =>
        input.environments.includes(one.environment),
      );
      return [
        ...all.map((one) => written(out, one)),
        `Take ${out} to the machine of the root: npm run ca -- sign --in ${out}. Then here: npm run ca -- import --in ${out}.`,
      ];
    },
  };
}

function nextGeneration(folder: string, environment: Environment): number {
  return Math.max(0, ...issuingIn(storedIssuers(folder), environment).map(generationOf)) + 1;
}

/** PKCS #10: name and key, and nothing asked for: what is in the certificate the root decides. @see RFC 2986, 4 */
async function requestOf(input: {
  providerName: string;
  name: string;
  spkiDer: Uint8Array;
  key: SigningKey;
}): Promise<Uint8Array> {
  const subject = new Name([
    { O: [{ utf8String: input.providerName }] },
    { CN: [{ utf8String: input.name }] },
  ]);
  const info = sequence(
    wholeNumber(0),
    new Uint8Array(subject.toArrayBuffer()),
    input.spkiDer,
    context(0),
  );
  return signedDer(info, input.key.algorithm, await input.key.sign(info));
}

function written(out: string, { issuerId, name, requestDer }: PendingRequest): string {
  mkdirSync(out, { recursive: true });
  const path = join(out, `${issuerId}.csr.pem`);
  const pem = pemOf(requestDer, 'CERTIFICATE REQUEST');
  if (!existsSync(path)) writeFileSync(path, pem, { flag: 'wx' });
  else if (readFileSync(path, 'utf8') !== pem) throw new CaError(`${path} is another request.`);
  return `${path}  ${name}`;
}
