import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import type { SupportFinding, SupportHit } from '@/lib/contract/support';
import { AppError } from '@/lib/kernel/errors';
import { networkOf } from '@/lib/kernel/network';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { changesBy, passedFrom, passedRequest, refusedBy } from './calls';
import {
  accountsById,
  apiClientsBy,
  apiKeysBy,
  byName,
  certificatesBy,
  invitedBy,
  keyOwners,
  MOST,
  peopleBy,
  signInDomains,
} from './queries';
import { type NamedKind, type Reading, readQuery, understoodAs } from './query';

/**
 * What anything that a customer sent leads to: people, accounts, certificates, calls and changes, at most 20 of them.
 * @param typed a name, number, address, id, or a whole file in PEM; never kept or logged
 * @returns null for an empty text
 * @throws AppError `invalid_request` for a private key, or a file that cannot be read; `forbidden`
 */
export async function find(principal: Principal, typed: string): Promise<SupportFinding | null> {
  const scope = authorizeDeployment(principal, 'support.look');
  const query = readQuery(typed);
  if (query.kind === 'nothing') return null;
  if (query.kind === 'private-key') {
    throw new AppError('invalid_request', {
      detail:
        'That is a private key. It was not looked up, kept or logged. Tell the customer to treat it as known to others: make a new key, and revoke the certificate of this one. Then look for the certificate instead.',
    });
  }
  if (query.kind === 'unreadable') throw new AppError('invalid_request', { detail: query.why });
  const found = await acrossAccounts(scope, (tx) => lookedUp(tx, query.readings));
  const hits = distinct(found.flatMap((one) => one.hits));
  // Where it led somewhere, the ways that led nowhere are not what it meant.
  const meant = hits.length > 0 ? found.filter((one) => one.hits.length > 0) : found;
  return {
    asked: shortest(query, hits),
    understood: meant.map(({ reading, hits: led }) =>
      understoodAs(
        reading,
        led.map(({ kind }) => kind),
      ),
    ),
    hits: hits.slice(0, MOST),
    more: hits.length > MOST ? 'some' : 'none',
    tries: hits.length > 0 ? [] : triesOf(query.readings),
  };
}

type Led = { reading: Reading; hits: SupportHit[] };

async function lookedUp(tx: Tx, readings: readonly Reading[]): Promise<Led[]> {
  const led: Led[] = [];
  for (const reading of readings) {
    const isKnown = led.some(({ hits }) => hits.length > 0);
    // What is a number that is known is not also looked for as a name.
    if (reading.is === 'name' && isKnown && readings[0]?.is === 'serial') break;
    led.push({ reading, hits: await hitsOf(tx, reading) });
  }
  return led;
}

/** Of a file whose certificate is known, its fingerprint says all. */
function shortest({ text, readings }: ReadQuery, [first]: readonly SupportHit[]): string {
  const [reading] = readings;
  return reading?.is === 'certificate' && first?.kind === 'certificate'
    ? reading.fingerprint
    : text;
}

type ReadQuery = { text: string; readings: readonly Reading[] };

async function hitsOf(tx: Tx, reading: Reading): Promise<SupportHit[]> {
  switch (reading.is) {
    case 'id':
      return BY_ID[reading.of](tx, reading.id);
    case 'request': {
      const { requestId } = reading;
      const of = { requestId };
      const calls = [...(await refusedBy(tx, of)), ...(await passedRequest(tx, requestId))];
      return [...calls, ...(await changesBy(tx, of))];
    }
    case 'email':
      return [
        ...(await peopleBy(tx, { email: reading.email })),
        ...(await invitedBy(tx, reading.email)),
      ];
    case 'domain':
      return [
        ...(await signInDomains(tx, reading.domain)),
        ...(await peopleBy(tx, { domain: reading.domain })),
      ];
    case 'certificate':
      return certificateHits(tx, reading);
    case 'key':
      return keyHits(tx, reading.spki);
    case 'serial':
      return certificatesBy(tx, { serialHex: reading.serialHex });
    case 'fingerprint': {
      const { sha256 } = reading;
      const own = await certificatesBy(tx, { sha256Fingerprint: sha256 });
      if (own.length > 0) return own;
      return [...(await keyHits(tx, sha256)), ...(await refusedBy(tx, { fingerprint: sha256 }))];
    }
    case 'sha1':
      return [];
    case 'address': {
      const { address } = reading;
      return [...(await refusedBy(tx, { address })), ...(await passedFrom(tx, networkOf(address)))];
    }
    case 'network':
      return [
        ...(await refusedBy(tx, { prefix: reading.prefix })),
        ...(await passedFrom(tx, reading.network)),
      ];
    case 'api-key':
      return apiKeysBy(tx, reading.prefix);
    case 'name':
      return byName(tx, reading.name);
  }
}

const BY_ID: Record<NamedKind, (tx: Tx, id: string) => Promise<SupportHit[]>> = {
  account: (tx, id) => accountsById(tx, [id]),
  certificate: (tx, id) => certificatesBy(tx, { id }),
  person: (tx, id) => peopleBy(tx, { id }),
  apiClient: (tx, id) => apiClientsBy(tx, { id }),
  event: (tx, id) => changesBy(tx, { id }),
};

/** The certificate itself; else others of its key; else the calls that presented it. */
async function certificateHits(
  tx: Tx,
  { fingerprint, spki }: Extract<Reading, { is: 'certificate' }>,
): Promise<SupportHit[]> {
  const own = await certificatesBy(tx, { sha256Fingerprint: fingerprint });
  if (own.length > 0) return own;
  return [...(await keyHits(tx, spki)), ...(await refusedBy(tx, { fingerprint }))];
}

async function keyHits(tx: Tx, spkiSha256: string): Promise<SupportHit[]> {
  const certificates = await certificatesBy(tx, { spkiSha256 });
  return certificates.length > 0 ? certificates : keyOwners(tx, spkiSha256);
}

/** What more than one reading leads to is told once. */
function distinct(hits: readonly SupportHit[]): SupportHit[] {
  return [
    ...new Map(hits.map((hit) => [`${hit.kind} ${hit.id} ${hit.account?.id}`, hit])).values(),
  ];
}

const TRIES: Partial<Record<Reading['is'], string>> = {
  certificate:
    'Nothing here was issued for this certificate or its key, and no edge was shown it. Look at the issuer in the file: it may be of another provider, or made by the customer.',
  key: 'No certificate was issued for this key. Ask for the certificate that the program presents, not the request.',
  serial:
    'No certificate has this serial number. Ask for the certificate itself, or its SHA-256 fingerprint: serials of other authorities are not known here.',
  fingerprint: 'No certificate has this fingerprint, and no edge was shown one. Ask for the file.',
  sha1: 'SHA-1 fingerprints are not kept. Ask for the SHA-256 one, or for the serial number.',
  request:
    'No refused call and no change has this request id. Calls that passed are kept only for a while. Look for the address they call from.',
  address:
    'Nothing was refused from this address, and no recent call came from it. Try its network, with /24, or the name of the API client. If they do call, the calls do not reach an edge: ask about firewall and DNS.',
  'api-key':
    'No key of an account begins like this. It may belong to the provider itself, or to another deployment.',
  network: 'Nothing was refused from this network. Try the name of the API client.',
  email: 'Nobody signs in with this address. Try the part after the @, or the name of the account.',
  domain: 'Nobody signs in with an address of this domain. Try the name of the account.',
  name: 'Nothing begins like this. Try the first letters only, an e-mail address, or anything from the failing call: address, request id, certificate.',
  id: 'Nothing has this id. Check that it was copied whole.',
};

function triesOf(readings: readonly Reading[]): string[] {
  return readings.flatMap(({ is }) => TRIES[is] ?? []);
}
