/** Row T18 from outside: what a client may not say about itself, said at every listener, with every path. */
import type { Face } from '@/gateway/proxies/testing/face';
import { basic, type Call, call } from '@/gateway/testing/call';
import { recorded } from '@/gateway/testing/recorder';
import type { HeaderLine } from '@/lib/edge/headers';

const FORGED = 'forged';

export const SPOOFED = [
  'Client-Cert',
  'Client-Cert-Chain',
  'Client_Cert',
  'X-Client-Cert',
  'X_Client_Cert',
  'X-Client-Certificate',
  'X-Client-Verify',
  'X-Client-Dn',
  'X-Client-Serial',
  'X-Client-Fingerprint',
  'X-Mtls-Account',
  'x-mtls-api-client',
  'X_Mtls_Account',
  'X-MTLS_Account',
  'X-Mtls-Environment',
  'X-Mtls-Listener',
  'X-Mtls-Fingerprint',
  'X-Mtls-Not-After',
  'X-Mtls-Under-Enforcement',
  'X-Mtls-Tls-Version',
  'X-Mtls-Anything',
  'X-SSL-Client-Cert',
  'X-SSL-Client-Verify',
  'SSL-Client-Cert',
  'SSL_CLIENT_VERIFY',
  'X-Forwarded-Client-Cert',
  'X-Forwarded-Tls-Client-Cert',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'Forwarded',
  'X-Real-IP',
  'X-Edge-Secret',
  'x_edge_secret',
  'X-Request-Id',
  'X-Authorize-Connection',
  'X-Authorize-Source',
  'X-Authorize-Secret',
  'X-ARR-ClientCert',
  'X-Amzn-Mtls-Clientcert',
  'X-TLS-Client-Cert',
  'Cf-Client-Cert-Der-Base64',
  'X-Remote-User',
  'True-Client-IP',
  'X-Original-URL',
] as const;

const PLACES: readonly Call[] = [
  { listener: 'mtls', path: '/' },
  { listener: 'mtls', path: '/.countersign' },
  { listener: 'mtls', path: '/a/b?c=d', method: 'POST', body: 'x' },
  {
    listener: 'mtls',
    path: '/chunked',
    method: 'POST',
    body: 'x'.repeat(100_000),
    headers: { 'Transfer-Encoding': 'chunked' },
  },
  { listener: 'standard', path: '/', user: 'plain' },
  { listener: 'standard', path: '/a/b', user: 'plain', method: 'DELETE' },
];

/** `none`, or the names that arrived with a value of the client's. */
export async function spoofedThatArrive(face: Face): Promise<string> {
  const arrived = new Set<string>();
  for (const place of PLACES) {
    for (const spelled of [(name: string) => name, (name: string) => name.toUpperCase()]) {
      const headers = Object.fromEntries(SPOOFED.map((name) => [spelled(name), FORGED]));
      const leaf = place.listener === 'mtls' ? { leaf: face.leaves.live } : {};
      const user = place.user ?? 'billing';
      const answer = await call(face.setting, {
        ...place,
        ...leaf,
        headers: { ...headers, ...place.headers, Authorization: basic(user) },
      });
      if (answer.status === 404 && place.path === '/.countersign') continue;
      if (answer.status !== 200) return `refused: ${answer.status} ${answer.body}`;
      const lines: HeaderLine[] = JSON.parse(answer.body);
      for (const { name, value } of lines) if (value.includes(FORGED)) arrived.add(name);
      const account = recorded(answer.body, 'x-mtls-account');
      const expected = place.listener === 'mtls' ? 'acc_a' : 'acc_b';
      if (account.join() !== expected) return `the account that arrives is ${account.join()}`;
      if (recorded(answer.body, 'x-edge-secret').length !== 1)
        return 'the secret is not there once';
    }
  }
  return arrived.size === 0 ? 'none' : [...arrived].join(', ');
}
