/**
 * The edge's state as lines of HAProxy maps: `key value`, with keys that say what they are, so that `show map` can be
 * read. There are two. To set or delete an entry HAProxy 2.6 walks the whole map, 20 ms at 100,000 entries in which no
 * call is answered; so the large one is only ever replaced, and what changed since stands in a small one that is looked
 * at first.
 *
 *   settings:valid_until      seconds since 1970, until which the maps may be believed (small map)
 *   settings:writer           who wrote the maps, so that ones that were lost are noticed (small map)
 *   settings:name_key         the key of name hashes, base64 (large map)
 *   cert:FINGERPRINT          account|environment|notBefore|notAfter|live or revoked
 *   name:ENVIRONMENT:HASH     account
 *   account:ENVIRONMENT:ID    active or suspended|mode|end|mode|end ...
 */
import type { Timeline } from '@/lib/edge/mode';
import type { AccountEntry, CertificateEntry, Change, EdgeState } from '@/lib/edge/state';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

export type MapEntry = { key: string; value: string };

/** The value of an entry of the large map that is no more. */
export const GONE = '~';

/** Where the small map is, beside the large one. */
export function changesFileOf(mapFile: string): string {
  return `${mapFile}.changes`;
}

/** Steps of a timeline that fit into the map; what comes after them is enforced until the map is written again. */
export const MAX_STEPS = 4;

/** The end of a step that has none: the last second of the year 9999 (RFC 5280, 4.1.2.5). */
const NEVER = 253_402_300_799;

/** What separates values and words has no place in an id; an account with such an id is not written. */
const PLAIN_ID = /^[A-Za-z0-9_.-]+$/;

/** The lines that a change alters; `settings` are the updater's own. */
export function entriesOf(change: Change): MapEntry[] {
  switch (change.kind) {
    case 'certificate':
      return [certificateEntry(change.entry)];
    case 'certificate_removed':
      return [{ key: certificateKey(change.fingerprint), value: GONE }];
    case 'api_client': {
      const { nameHash, accountId, environment } = change.entry;
      // A name whose environment changed would otherwise stay where it was.
      return ENVIRONMENTS.map((one) => ({
        key: nameKeyOf(one, nameHash),
        value: one === environment && PLAIN_ID.test(accountId) ? accountId : GONE,
      }));
    }
    case 'api_client_removed':
      return ENVIRONMENTS.map((one) => ({ key: nameKeyOf(one, change.nameHash), value: GONE }));
    case 'account':
      return accountEntries(change.entry);
  }
}

/**
 * Every line of a state for the large map, read as it goes: what changes meanwhile is in the old or the new form, and has to be written
 * again afterwards.
 */
export function* allEntries({ index, nameKey }: EdgeState): Generator<MapEntry> {
  yield { key: 'settings:name_key', value: Buffer.from(nameKey).toString('base64') };
  // Keys first, as a table must not change while it is walked.
  const accountIds = [...index.accountIds()];
  const nameHashes = Array.from(index.nameHashes(), (key) => key.slice());
  const fingerprints = Array.from(index.fingerprints(), (key) => key.slice());
  for (const accountId of accountIds) {
    const entry = index.account(accountId);
    if (entry !== null) yield* written(accountEntries(entry));
  }
  for (const nameHash of nameHashes) {
    const entry = index.apiClient(nameHash);
    if (entry !== null) yield* written(entriesOf({ kind: 'api_client', entry }));
  }
  for (const fingerprint of fingerprints) {
    const entry = index.certificate(fingerprint);
    if (entry !== null) yield* written([certificateEntry(entry)]);
  }
}

function written(entries: readonly MapEntry[]): MapEntry[] {
  return entries.filter(({ value }) => value !== GONE);
}

function certificateEntry(entry: CertificateEntry): MapEntry {
  const { accountId, environment, notBefore, notAfter, revokedAt } = entry;
  const state = revokedAt === null ? 'live' : 'revoked';
  const value = [accountId, environment, notBefore, notAfter, state].join('|');
  return {
    key: certificateKey(entry.fingerprint),
    value: PLAIN_ID.test(accountId) ? value : GONE,
  };
}

function accountEntries({ accountId, suspended, modes }: AccountEntry): MapEntry[] {
  if (!PLAIN_ID.test(accountId)) return [];
  return ENVIRONMENTS.map((environment) => ({
    key: `account:${environment}:${accountId}`,
    value: [suspended ? 'suspended' : 'active', ...stepsOf(modes[environment])].join('|'),
  }));
}

function stepsOf(timeline: Timeline): (string | number)[] {
  return timeline.slice(0, MAX_STEPS).flatMap(({ mode, until }) => [mode, until ?? NEVER]);
}

function certificateKey(fingerprint: Uint8Array): string {
  return `cert:${upperHex(fingerprint)}`;
}

function nameKeyOf(environment: Environment, nameHash: Uint8Array): string {
  return `name:${environment}:${upperHex(nameHash)}`;
}

/** As HAProxy's `hex` writes it. */
function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
