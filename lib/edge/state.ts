import type { Timeline } from '@/lib/edge/mode';
import { type RecordTable, recordTable } from '@/lib/edge/record-table';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

/** One certificate as an edge knows it. Instants are whole seconds since 1970. */
export type CertificateEntry = {
  /** SHA-256 of the DER, 32 bytes. */
  fingerprint: Uint8Array;
  accountId: string;
  environment: Environment;
  notBefore: number;
  notAfter: number;
  revokedAt: number | null;
};
/** `nameHash` is what `apiClientNameHash` returns, 32 bytes. */
export type ApiClientEntry = { nameHash: Uint8Array; accountId: string; environment: Environment };
/** Every account that a certificate or an API client names needs one: an account without an entry is refused. */
export type AccountEntry = {
  accountId: string;
  suspended: boolean;
  modes: Modes;
};
export type Modes = Readonly<Record<Environment, Timeline>>;

/** Idempotent puts: applying one twice is applying it once. */
export type Change =
  | { kind: 'certificate'; entry: CertificateEntry }
  | { kind: 'certificate_removed'; fingerprint: Uint8Array }
  | { kind: 'api_client'; entry: ApiClientEntry }
  | { kind: 'api_client_removed'; nameHash: Uint8Array }
  | { kind: 'account'; entry: AccountEntry };

export type SnapshotContent = {
  certificates: Iterable<CertificateEntry>;
  apiClients: Iterable<ApiClientEntry>;
  accounts: Iterable<AccountEntry>;
};

/** What an edge decides from. Only `applyFrame` makes or changes one. */
export type EdgeState = {
  /** The snapshot number held; rises only. */
  number: number;
  /** When the portal last vouched for this state, in milliseconds since 1970. */
  asOfMs: number;
  /** HMAC key of API client names. */
  readonly nameKey: Uint8Array;
  readonly index: EdgeIndex;
};

/** The look-ups behind a decision. Entries returned are copies; their key is the one that was asked for. */
export type EdgeIndex = {
  readonly certificateCount: number;
  certificate(fingerprint: Uint8Array): CertificateEntry | null;
  apiClient(nameHash: Uint8Array): ApiClientEntry | null;
  account(accountId: string): AccountEntry | null;
  has(fingerprint: Uint8Array): boolean;
  fingerprints(): Iterable<Uint8Array>;
  nameHashes(): Iterable<Uint8Array>;
  /** Of accounts that have an entry. */
  accountIds(): Iterable<string>;
  change(change: Change): void;
  /** Bytes held in typed arrays. */
  bytes(): number;
};

type Account = { id: string; known: boolean; suspended: boolean; modes: Modes };

/** Nothing enforced anywhere. */
export const ALL_OFF: Modes = {
  production: [{ mode: 'off', until: null }],
  sandbox: [{ mode: 'off', until: null }],
};

/** An empty index; it takes about 70 bytes of typed arrays per certificate. */
export function edgeIndex(): EdgeIndex {
  const certificates = recordTable(32);
  const apiClients = recordTable(8);
  const accounts = accountList();

  return {
    get certificateCount() {
      return certificates.size;
    },
    certificate(fingerprint) {
      const handle = certificates.find(fingerprint);
      return handle < 0 ? null : certificateAt(certificates, accounts, { handle, fingerprint });
    },
    apiClient(nameHash) {
      const handle = apiClients.find(nameHash);
      if (handle < 0) return null;
      const owner = ownerAt(apiClients.view(handle), apiClients.offset(handle), accounts);
      return { nameHash, accountId: owner.accountId, environment: owner.environment };
    },
    account: (accountId) => accounts.entry(accountId),
    has: (fingerprint) => certificates.find(fingerprint) >= 0,
    *fingerprints() {
      for (const handle of certificates.handles()) yield certificates.key(handle);
    },
    *nameHashes() {
      for (const handle of apiClients.handles()) yield apiClients.key(handle);
    },
    accountIds: accounts.ids,
    change(change) {
      switch (change.kind) {
        case 'certificate':
          putCertificate(certificates, accounts, change.entry);
          return;
        case 'certificate_removed':
          certificates.remove(change.fingerprint);
          return;
        case 'api_client': {
          const handle = apiClients.put(change.entry.nameHash);
          writeOwner(apiClients.view(handle), apiClients.offset(handle), accounts, change.entry);
          return;
        }
        case 'api_client_removed':
          apiClients.remove(change.nameHash);
          return;
        case 'account':
          accounts.put(change.entry);
          return;
      }
    },
    bytes: () => certificates.bytes() + apiClients.bytes(),
  };
}

function certificateAt(
  table: RecordTable,
  accounts: AccountList,
  found: { handle: number; fingerprint: Uint8Array },
): CertificateEntry {
  const view = table.view(found.handle);
  const at = table.offset(found.handle);
  const revokedAt = view.getFloat64(at + 24);
  const { accountId, environment } = ownerAt(view, at, accounts);
  return {
    fingerprint: found.fingerprint,
    accountId,
    environment,
    notBefore: view.getFloat64(at + 8),
    notAfter: view.getFloat64(at + 16),
    revokedAt: Number.isNaN(revokedAt) ? null : revokedAt,
  };
}

function putCertificate(table: RecordTable, accounts: AccountList, entry: CertificateEntry): void {
  const handle = table.put(entry.fingerprint);
  const view = table.view(handle);
  const at = table.offset(handle);
  writeOwner(view, at, accounts, entry);
  view.setFloat64(at + 8, entry.notBefore);
  view.setFloat64(at + 16, entry.notAfter);
  view.setFloat64(at + 24, entry.revokedAt ?? Number.NaN);
}

type Owned = { accountId: string; environment: Environment };

function writeOwner(view: DataView, at: number, accounts: AccountList, owned: Owned): void {
  view.setUint32(at, accounts.numberOf(owned.accountId));
  view.setUint8(at + 4, ENVIRONMENTS.indexOf(owned.environment));
}

function ownerAt(view: DataView, at: number, accounts: AccountList): Owned {
  const environment = ENVIRONMENTS[view.getUint8(at + 4)];
  if (environment === undefined) throw new RangeError('no such environment');
  return { accountId: accounts.idAt(view.getUint32(at)), environment };
}

type AccountList = {
  numberOf(accountId: string): number;
  idAt(number: number): string;
  entry(accountId: string): AccountEntry | null;
  put(entry: AccountEntry): void;
  ids(): Iterable<string>;
};

/** Interns account ids, so that a certificate names its account in four bytes. */
function accountList(): AccountList {
  const numbers = new Map<string, number>();
  const list: Account[] = [];
  // Two hundred thousand accounts share a handful of policies; those on trial have one of their own.
  const settled = new Map<string, Modes>();
  const shared = (modes: Modes): Modes => {
    if (ENVIRONMENTS.some((environment) => modes[environment].length > 1)) return modes;
    const key = ENVIRONMENTS.map((environment) => modes[environment][0]?.mode).join(' ');
    const known = settled.get(key) ?? modes;
    settled.set(key, known);
    return known;
  };
  const numberOf = (id: string): number => {
    const found = numbers.get(id);
    if (found !== undefined) return found;
    list.push({ id, known: false, suspended: false, modes: ALL_OFF });
    numbers.set(id, list.length - 1);
    return list.length - 1;
  };
  return {
    numberOf,
    idAt(number) {
      const account = list[number];
      if (account === undefined) throw new RangeError('no such account');
      return account.id;
    },
    entry(accountId) {
      const account = list[numbers.get(accountId) ?? -1];
      if (account === undefined || !account.known) return null;
      return { accountId, suspended: account.suspended, modes: account.modes };
    },
    put(entry) {
      const account = list[numberOf(entry.accountId)];
      if (account === undefined) throw new RangeError('no such account');
      account.known = true;
      account.suspended = entry.suspended;
      account.modes = shared(entry.modes);
    },
    *ids() {
      for (const { id, known } of list) if (known) yield id;
    },
  };
}
