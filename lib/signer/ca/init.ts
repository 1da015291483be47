import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { assertNameFits, issuingName, rootName } from '../ca-certificates';
import { createAuthority, makeRoot } from '../ceremony';
import { storedIssuers, storeIssuer } from '../key-folder';
import { keyMaker } from './keys';
import { pendingRequests } from './pending';
import {
  CaError,
  type CaRoom,
  fingerprint,
  type KeyWords,
  keyWords,
  nothing,
  opened,
  type Plan,
  rootsIn,
} from './plan';

export type InitInput = {
  room: CaRoom;
  /** Where the root's key is to be: the same room, or that of `--offline-root`. */
  rootRoom: CaRoom;
  providerName: string;
  /** None: the root alone, on a machine of its own. */
  environments: readonly Environment[];
  rootKey: KeyWords;
  issuingKey: KeyWords;
  pkiUrl: string | null;
};

/**
 * A root, and one issuing CA for each environment; of a ceremony that was broken off, what is missing.
 * @throws CaError when the folder waits for certificates, or its root is another than that of the root's folder
 */
export function planInit(input: InitInput): Plan {
  const { room, rootRoom, providerName } = input;
  const { folder } = room;
  const stored = storedIssuers(folder);
  const missing = input.environments.filter(
    (environment) => !stored.some((one) => one.environment === environment),
  );
  const root = rootsIn(storedIssuers(rootRoom.folder))[0] ?? null;
  if (missing.length === 0 && root !== null) {
    return nothing(`${folder} has its CAs already: npm run ca -- status. Nothing was changed.`);
  }
  if (pendingRequests(folder).length > 0) {
    throw new CaError(`${folder} waits for certificates from the root: npm run ca -- status.`);
  }
  const known = rootsIn(stored)[0] ?? null;
  if (known && known.issuerId !== root?.issuerId) {
    throw new CaError(
      `${folder} is under ${known.name} (${known.issuerId}), whose key is not in ${rootRoom.folder}.`,
    );
  }
  if (root === null) {
    const names = ENVIRONMENTS.map((one) => issuingName(providerName, one, 1));
    assertNameFits(providerName, [rootName(providerName, 1), ...names]);
  }
  return {
    will: [
      ...(stored.length > 0 ? [`complete what was begun in ${folder}`] : []),
      root === null
        ? `make the root "${rootName(providerName, 1)}" in ${rootRoom.folder}: ${keyWords(input.rootKey)}`
        : `use the root "${root.name}" in ${rootRoom.folder}`,
      ...missing.map(
        (one) =>
          `make the issuing CA "${issuingName(providerName, one, 1)}" in ${folder}: ${keyWords(input.issuingKey)}`,
      ),
    ],
    run: () => runInit(input, missing),
  };
}

async function runInit(input: InitInput, environments: readonly Environment[]) {
  const { room, rootRoom, providerName } = input;
  const { folder, now } = room;
  // With the seal comes the folder, whoever keeps the keys.
  for (const one of [rootRoom, room]) await one.sealingKey();
  const before = rootsIn(storedIssuers(rootRoom.folder))[0] ?? null;
  let root = before && (await opened(rootRoom, before));
  if (root === null) {
    const makeKey = await keyMaker(rootRoom, input.rootKey.into);
    const { kind } = input.rootKey;
    const made = await makeRoot({ providerName, generation: 1, kind, makeKey, now });
    storeIssuer(rootRoom.folder, made.root);
    root = made.signing;
  }
  const rooted = rootsIn(storedIssuers(rootRoom.folder))[0];
  if (!rooted) throw new CaError(`The root is not in ${rootRoom.folder}.`);
  if (rootRoom.folder !== folder && rootsIn(storedIssuers(folder)).length === 0) {
    storeIssuer(folder, { ...rooted, custody: { kind: 'elsewhere' } });
  }
  const issuingKeys = await keyMaker(room, input.issuingKey.into);
  await createAuthority({
    providerName,
    environments,
    now,
    rootKeys: issuingKeys,
    issuingKeys,
    issuingKind: input.issuingKey.kind,
    pkiUrl: input.pkiUrl,
    stored: storedIssuers(folder),
    root,
    store: (issuer) => storeIssuer(folder, issuer),
  });
  return [
    `${rooted.name}`,
    `  SHA-256 ${fingerprint(rooted.certificateDer)}`,
    'Write this fingerprint down: whoever takes the root for theirs compares it.',
  ];
}
