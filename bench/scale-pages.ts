/** What `npm run bench:scale` asks for: every way to search, and every list, as far into it as it goes. */
import { DAY_MS } from '@/lib/kernel/time';
import { BUSY, busyActor, busyCertificate, busyRequest } from './busy-account';
import { addressOf, emailOf, nth, PER_ACCOUNT, requestIdOf } from './large-provider';

/** p95 to the first byte. */
const BOUND_MS = { search: 100, list: 80 };

/** What is written into one of the certificates. */
export type Known = { serialHex: string; fingerprint: string; pem: string; spki: string };
/** Of the provider that is asked. */
export type Place = { busy: string; average(n: number): string; known(n: number): Known };

export type Measured = {
  name: string;
  as: 'admin' | 'support' | 'key';
  path(n: number, place: Place): string;
  boundMs: number;
  /** Typed into the box of that page and sent. */
  typed?: (n: number, place: Place) => string;
  /** Only so many, with so much between them: what is kept for a while is then read anew. */
  seldom?: { times: number; apartMs: number };
};

const find = (text: string) => `/support?${new URLSearchParams({ q: text })}`;
const SEARCHES: Record<string, Measured['path']> = {
  'e-mail': (n) => find(emailOf(n)),
  'e-mail domain': (n) => find(`company-${n}.example`),
  'account name': (n) => find(`Company ${n}`),
  'account id': (n) => find(nth('acc', n)),
  'certificate id': (n) => find(nth('crt', n * PER_ACCOUNT)),
  'serial, with colons': (n, { known }) => find(known(n).serialHex.match(/../g)?.join(':') ?? ''),
  'serial, decimal': (n, { known }) => find(BigInt(`0x${known(n).serialHex}`).toString()),
  fingerprint: (n, { known }) => find(known(n).fingerprint),
  'name in a certificate': (n) => find(`erp.company-${n}.example`),
  'request id': (n) => find(requestIdOf(n)),
  'IP address': (n) => find(addressOf(n)),
  'API client': (n) => find(`company-${n}-billing`),
  'nothing at all': (n) => find(`no such thing ${n}`),
};

const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
const cursor = (...key: string[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
const deepCertificate = cursor(busyCertificate(200));
const deepRefusal = cursor(String(Date.now() - 25 * DAY_MS), nth('evt', 20_000_000));
const changes = (query: string) => () => `/activity/changes?${query}`;
const desk =
  (query: string): Measured['path'] =>
  (_n, { busy }) =>
    `/support/accounts/${busy}${query}`;

const PAGES: Record<string, Measured['path']> = {
  '/': () => '/',
  '/certificates': () => '/certificates',
  '/certificates, live': () => '/certificates?status=live',
  '/certificates, 4,800 in': () => `/certificates?cursor=${deepCertificate}`,
  '/api-clients': () => '/api-clients',
  '/members': () => '/members',
  '/api-keys': () => '/api-keys',
  '/activity': () => '/activity',
  '/activity, 18,000 in': () => `/activity?outcome=refused&cursor=${deepRefusal}`,
  '/activity, a seldom reason': () => '/activity?code=wrong_environment',
  '/activity/changes': changes(''),
  '/activity/changes, 45,000 in': changes('cursor=5000'),
  '/activity/changes, a seldom person': changes(`actor=${busyActor(299)}`),
  '/activity/changes, nobody': changes(`actor=${busyActor(280)}`),
  '/activity/changes, a seldom action': changes('action=enforcement.changed'),
  '/activity/changes, an object': changes(`object=${busyCertificate(17)}`),
  '/activity/changes, a request': changes(`requestId=${busyRequest(20_000_500)}`),
  '/activity/changes, two days of long ago': changes(`from=${day(601)}&to=${day(600)}`),
  '/activity/changes, until long ago': changes(`to=${day(400)}`),
};

const DESK: Record<string, Measured['path']> = {
  '/accounts': () => '/accounts',
  '/support': () => '/support',
  '/support/accounts, an average one': (n, { average }) => `/support/accounts/${average(n)}`,
  '/support/accounts, a busy one': desk(''),
  '/support/accounts, its refusals': desk('?kind=refused'),
  '/support/accounts, a seldom kind': desk('?kind=enforcement'),
  '/support/accounts, at an old event': desk(`?event=${nth('evt', 30_000_030)}`),
  '/support/approvals': () => '/support/approvals',
  '/support/compromise, by serial': (n, { known }) =>
    `/support/compromise?fingerprint=${known(n).serialHex}`,
  '/support/compromise, one key': (n, { known }) => `/support/compromise?key=${known(n).spki}`,
  '/support/fleet': () => '/support/fleet',
};

const REST: Record<string, Measured['path']> = {
  'REST certificates': () => '/api/v1/certificates?limit=100',
  'REST certificates, 4,800 in': () => `/api/v1/certificates?limit=100&cursor=${deepCertificate}`,
  'REST refusals': () => '/api/v1/activity/refusals?limit=100',
  'REST audit events': () => '/api/v1/audit-events?limit=100',
  'REST audit events, a seldom person': () =>
    `/api/v1/audit-events?limit=100&actor=${busyActor(299)}`,
};

const listed = (as: Measured['as'], paths: Record<string, Measured['path']>): Measured[] =>
  Object.entries(paths).map(([name, path]) => ({ name, as, path, boundMs: BOUND_MS.list }));

export const MEASURED: readonly Measured[] = [
  ...Object.entries(SEARCHES).map(([name, path]) => ({
    ...{ name: `search: ${name}`, as: 'support' as const, path },
    boundMs: BOUND_MS.search,
  })),
  {
    ...{ name: 'search: a whole PEM, pasted', as: 'support', path: () => '/support' },
    ...{ typed: (n, { known }) => known(n).pem, boundMs: BOUND_MS.search },
  },
  ...listed('admin', PAGES),
  ...listed('support', DESK),
  {
    ...{ name: '/support/fleet, its first reader', as: 'support', path: () => '/support/fleet' },
    ...{ boundMs: BOUND_MS.list, seldom: { times: 8, apartMs: 10_500 } },
  },
  ...listed('key', REST),
];

export const BUSY_WORDS = `one account of ${BUSY.certificates} certificates that ran out, ${BUSY.events} changes, ${BUSY.refusals} refused calls, ${BUSY.members} members`;
