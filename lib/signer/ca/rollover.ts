/** Successors, made while their predecessors go on: which of them issues is decided later, by `ca activate`. */
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { crossCertificate, issuingName, rootName } from '../ca-certificates';
import { makeIssuing, makeRoot } from '../ceremony';
import { type StoredIssuer, storedIssuers, storeIssuer } from '../key-folder';
import { keyMaker } from './keys';
import {
  CaError,
  type CaRoom,
  generationOf,
  issuedBy,
  issuingIn,
  type KeyWords,
  keyWords,
  mustBeHere,
  newestRoot,
  opened,
  type Plan,
  providerOf,
} from './plan';

export type RolloverInput = {
  room: CaRoom;
  environments: readonly Environment[];
  key: KeyWords;
  pkiUrl: string | null;
};

/** @throws CaError when the root's key is elsewhere, or a successor was made within the last day */
export function planRollover(input: RolloverInput): Plan {
  const root = newestRoot(input.room.folder);
  mustBeHere(root);
  const environments = withoutFresh(input);
  const names = successors(input, root, environments);
  return {
    will: names.map(({ name }) => `make "${name}" under "${root.name}": ${keyWords(input.key)}`),
    async run() {
      await makeIssuers(input, root, environments);
      return next(names);
    },
  };
}

/**
 * A new root with a certificate by the old one (who trusts the old root alone can follow), and issuing CAs under it. One
 * that was broken off is completed: a newest root without its issuing CAs is not followed by another.
 */
export function planRootRollover(
  input: RolloverInput & { rootKey: KeyWords; only: 'the root' | 'root and issuing CAs' },
): Plan {
  const { room } = input;
  const old = newestRoot(room.folder);
  mustBeHere(old);
  const environments = input.only === 'the root' ? [] : ENVIRONMENTS;
  const missing = environments.filter(
    (environment) =>
      !issuingIn(storedIssuers(room.folder), environment).some((one) => issuedBy(one, old)),
  );
  const begun = old.crossCertificateDer !== null && missing.length > 0;
  const provider = providerOf(old.certificateDer);
  const generation = begun ? generationOf(old) : generationOf(old) + 1;
  const name = rootName(provider, generation);
  if (!begun && isFresh(room, old)) throw hasty(old);
  const wanted = begun ? missing : environments;
  const names = successors(input, old, wanted);
  return {
    will: [
      begun
        ? `complete the change to "${name}"`
        : `make the root "${name}": ${keyWords(input.rootKey)}; signed by itself, and by "${old.name}"`,
      ...names.map((one) => `make "${one.name}" under "${name}": ${keyWords(input.key)}`),
    ],
    async run() {
      const root = begun ? old : await makeSuccessor(input, old);
      await makeIssuers(input, root, wanted);
      return next(names);
    },
  };
}

async function makeSuccessor(
  input: RolloverInput & { rootKey: KeyWords },
  old: StoredIssuer,
): Promise<StoredIssuer> {
  const { room, pkiUrl, rootKey } = input;
  const { now } = room;
  const oldRoot = await opened(room, old);
  const { root } = await makeRoot({
    providerName: providerOf(old.certificateDer),
    generation: generationOf(old) + 1,
    kind: rootKey.kind,
    makeKey: await keyMaker(room, rootKey.into),
    now,
  });
  const newRootDer = root.certificateDer;
  const crossCertificateDer = await crossCertificate({ newRootDer, oldRoot, pkiUrl, now });
  const whole = { ...root, crossCertificateDer };
  storeIssuer(room.folder, whole);
  return whole;
}

async function makeIssuers(
  input: RolloverInput,
  root: StoredIssuer,
  environments: readonly Environment[],
): Promise<void> {
  if (environments.length === 0) return;
  const { room, pkiUrl, key } = input;
  const signing = await opened(room, root);
  const makeKey = await keyMaker(room, key.into);
  for (const { environment, generation } of successors(input, root, environments)) {
    const issuer = await makeIssuing({
      providerName: providerOf(root.certificateDer),
      environment,
      generation,
      kind: key.kind,
      root: signing,
      makeKey,
      pkiUrl,
      now: room.now,
    });
    storeIssuer(room.folder, issuer);
  }
}

function successors(
  { room }: RolloverInput,
  root: StoredIssuer,
  environments: readonly Environment[],
) {
  const stored = storedIssuers(room.folder);
  return environments.map((environment) => {
    const generation = Math.max(0, ...issuingIn(stored, environment).map(generationOf)) + 1;
    const name = issuingName(providerOf(root.certificateDer), environment, generation);
    return { environment, generation, name };
  });
}

/**
 * Those without a successor of the last day: the same command twice, from a script or a tired hand, makes no two, and
 * one that was broken off makes the rest.
 */
function withoutFresh({ room, environments }: RolloverInput): readonly Environment[] {
  const fresh = environments.flatMap((environment) => {
    const newest = issuingIn(storedIssuers(room.folder), environment).at(-1);
    return newest && isFresh(room, newest) ? [newest] : [];
  });
  const [first] = fresh;
  if (first && fresh.length === environments.length) throw hasty(first);
  return environments.filter((one) => !fresh.some(({ environment }) => environment === one));
}

function isFresh(room: CaRoom, issuer: StoredIssuer): boolean {
  return generationOf(issuer) > 1 && age(room, issuer) < DAY_MS;
}

function hasty({ name, issuerId }: StoredIssuer): CaError {
  return new CaError(
    `"${name}" (${issuerId}) is less than a day old. Activate it, or wait a day for another. Nothing was changed.`,
  );
}

function age({ now }: CaRoom, { certificateDer }: StoredIssuer): number {
  return now.getTime() - new Date(new NodeCertificate(certificateDer).validFrom).getTime();
}

function next(names: readonly { name: string }[]): string[] {
  if (names.length === 0)
    return ['Take the new root to the other machines: npm run ca -- sign hands it out.'];
  return [
    'The running signer takes them within a second; the portal then lists them as ready.',
    'When everyone who checks certificates has them: npm run ca -- activate ID.',
  ];
}
