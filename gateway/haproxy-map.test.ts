import { describe, expect, it } from 'vitest';
import { allEntries, entriesOf, GONE, MAX_STEPS } from '@/gateway/haproxy-map';
import { type Change, type EdgeState, edgeIndex } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';

const fingerprint = new Uint8Array(32).fill(0xab);
const nameHash = new Uint8Array(32).fill(0xcd);
const AB = 'AB'.repeat(32);
const CD = 'CD'.repeat(32);

const certificate = (differs = {}): Change => ({
  kind: 'certificate',
  entry: {
    fingerprint,
    accountId: 'acc_a',
    environment: 'production',
    notBefore: 1,
    notAfter: 2,
    revokedAt: null,
    ...differs,
  },
});
const apiClient = (accountId: string): Change => ({
  kind: 'api_client',
  entry: { nameHash, accountId, environment: 'sandbox' },
});
const account = (accountId: string): Change => ({
  kind: 'account',
  entry: { accountId, suspended: false, modes: enforcing('production') },
});

describe('lines of the maps', () => {
  it('a certificate: account, environment, validity, and whether it is live', () => {
    const key = `cert:${AB}`;
    expect(entriesOf(certificate())).toEqual([{ key, value: 'acc_a|production|1|2|live' }]);
    expect(entriesOf(certificate({ revokedAt: 5 }))).toEqual([
      { key, value: 'acc_a|production|1|2|revoked' },
    ]);
    expect(entriesOf({ kind: 'certificate_removed', fingerprint })).toEqual([{ key, value: GONE }]);
  });

  it('an API client: its account, in its environment and in no other', () => {
    expect(entriesOf(apiClient('acc_a'))).toEqual([
      { key: `name:production:${CD}`, value: GONE },
      { key: `name:sandbox:${CD}`, value: 'acc_a' },
    ]);
    const removed = entriesOf({ kind: 'api_client_removed', nameHash });
    expect(removed.map(({ value }) => value)).toEqual([GONE, GONE]);
  });

  it('an account: whether it is suspended, and its timeline', () => {
    expect(entriesOf(account('acc_a'))).toEqual([
      { key: 'account:production:acc_a', value: 'active|enforce|253402300799' },
      { key: 'account:sandbox:acc_a', value: 'active|off|253402300799' },
    ]);
  });

  it(`a timeline of more than ${MAX_STEPS} steps is cut before the step that has no end`, () => {
    const steps = [1, 2, 3, 4].map((end) => ({ mode: 'observe', until: end }) as const);
    const production = [...steps, { mode: 'off', until: null } as const];
    const modes = { ...enforcing(), production };
    const entry = { accountId: 'a', suspended: true, modes };
    const [line] = entriesOf({ kind: 'account', entry });
    expect(line?.value).toBe('suspended|observe|1|observe|2|observe|3|observe|4');
  });

  it.each(['a b', 'a|b', 'a;b', 'a\nb', '', GONE, '<<'])(
    'an account whose id is %j is in no line: its calls are refused',
    (accountId) => {
      const changes = [certificate({ accountId }), apiClient(accountId), account(accountId)];
      const values = changes.flatMap(entriesOf).map(({ value }) => value);
      expect(values.filter((value) => value !== GONE)).toEqual([]);
    },
  );

  it('a whole state has what its changes had, and the key of names; nothing that is gone', () => {
    const index = edgeIndex();
    const changes = [account('acc_a'), apiClient('acc_a'), certificate(), account('a b')];
    for (const change of changes) index.change(change);
    const nameKey = new Uint8Array(32);
    const state: EdgeState = { number: 1, asOfMs: 0, nameKey, index };
    const expected = changes.flatMap(entriesOf).filter(({ value }) => value !== GONE);
    const settings = { key: 'settings:name_key', value: Buffer.from(nameKey).toString('base64') };
    expect([...allEntries(state)]).toEqual([settings, ...expected]);
  });
});
