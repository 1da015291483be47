/**
 * The conformance table: what each case must come to at the edge itself and at each proxy beside it. A cell that
 * cannot be the same is an expectation of its own, with the reason.
 */
import {
  type Face,
  http2Outcomes,
  outcomeOf,
  outcomeOfResumption,
  outcomesOnOneConnection,
  type Product,
} from '@/gateway/proxies/testing/face';
import { spoofedThatArrive } from '@/gateway/proxies/testing/spoofed';

export type Case = {
  title: string;
  expect: string;
  except?: Partial<Record<Product, { expect: string; because: string }>>;
  run(face: Face): Promise<string>;
};

const NO_ANSWER = 'no answer';
const ITS_OWN = 'the product answers this itself, before anything is asked';
const NO_UPGRADE = 'the header is not passed on: to authorizer and API it is an ordinary call';

/** Production says nothing to strangers, sandbox explains. */
function certificateCases(): Case[] {
  const faults = [
    ['no certificate', 'certificate_required', null],
    ['unknown issuer', 'unknown_certificate', 'stranger'],
    ['expired certificate', 'certificate_expired', 'expired'],
    ['certificate not yet valid', 'certificate_not_yet_valid', 'early'],
    ['revoked certificate', 'certificate_revoked', 'revoked'],
    ['certificate for servers alone (wrong EKU)', 'not_a_client_certificate', 'server'],
  ] as const;
  return faults.flatMap(([title, code, name]): Case[] =>
    (['production', 'sandbox'] as const).map((environment) => ({
      title: `${title}, ${environment}`,
      expect: environment === 'production' ? NO_ANSWER : `403 ${code}`,
      run: (face) =>
        outcomeOf(face, { environment, ...(name === null ? {} : { leaf: face.leaves[name] }) }),
    })),
  );
}

const REQUEST_CASES: readonly Case[] = [
  {
    title: 'certificate of the other environment',
    expect: '403 wrong_environment',
    run: (face) => outcomeOf(face, { leaf: face.leaves.sandbox }),
  },
  {
    title: 'certificate and API client of different accounts',
    expect: '403 wrong_account',
    run: (face) => outcomeOf(face, { leaf: face.leaves.other }),
  },
  {
    title: 'no API client named',
    expect: '401 api_client_required',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, user: '' }),
  },
  {
    title: 'unknown API client',
    expect: '403 unknown_api_client',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, user: 'nobody' }),
  },
  {
    title: 'two API client names that disagree',
    expect: '403 conflicting_identity',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, headers: { 'CLIENT-ID': 'plain' } }),
  },
  {
    title: 'one API client name sent twice',
    expect: '400 malformed_request',
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        user: '',
        headers: { 'CLIENT-ID': ['billing', 'billing'] },
      }),
  },
  {
    title: 'credentials that cannot be read',
    expect: '400 malformed_request',
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        user: '',
        headers: { Authorization: 'Basic billing:secret' },
      }),
  },
  {
    title: 'account that enforces, on the standard listener',
    expect: '403 mtls_required',
    run: (face) => outcomeOf(face, { listener: 'standard' }),
  },
  {
    title: 'account that does not enforce, on the standard listener',
    expect: 'passed',
    run: (face) => outcomeOf(face, { listener: 'standard', user: 'plain' }),
  },
  {
    title: 'suspended account',
    expect: '403 account_suspended',
    run: (face) => outcomeOf(face, { listener: 'standard', user: 'barred' }),
  },
  {
    title: 'TLS server name and Host differ',
    expect: '421 host_mismatch',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, headers: { Host: 'other.example' } }),
  },
  {
    title: 'no TLS server name, Host is a name of the listener',
    expect: 'passed',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, servername: '' }),
  },
  {
    title: 'no TLS server name, Host is an address',
    expect: 'passed',
    run: (face) =>
      outcomeOf(face, { leaf: face.leaves.live, servername: '', headers: { Host: '127.0.0.1' } }),
  },
  {
    title: 'no TLS server name, another Host',
    expect: '421 host_mismatch',
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        servername: '',
        headers: { Host: 'other.example' },
      }),
  },
  {
    title: 'Connection names the credentials (CVE-2024-45410)',
    expect: 'passed',
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        headers: { Connection: 'close, Authorization, X-Mtls-Account' },
      }),
  },
  {
    title: 'two Host lines',
    expect: '400 malformed_request',
    except: {
      nginx: { expect: '400', because: ITS_OWN },
      HAProxy: { expect: '400', because: ITS_OWN },
      Caddy: { expect: '400', because: ITS_OWN },
    },
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        headers: { Host: ['localhost', 'other.example'] },
      }),
  },
  {
    title: 'absolute target of another host',
    expect: '400 malformed_request',
    except: {
      nginx: {
        expect: '421 host_mismatch',
        because: 'the host of the target is the one that is judged',
      },
      HAProxy: { expect: '400', because: ITS_OWN },
      Caddy: {
        expect: '421 host_mismatch',
        because: 'the host of the target is the one that is judged',
      },
    },
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, path: 'http://other.example/' }),
  },
  {
    title: 'TRACE',
    expect: '400 malformed_request',
    except: {
      nginx: { expect: '405', because: ITS_OWN },
      Caddy: { expect: '405', because: 'answered by the printed configuration' },
    },
    run: (face) => outcomeOf(face, { leaf: face.leaves.live, method: 'TRACE' }),
  },
  {
    title: 'protocol upgrade asked for',
    expect: '501 upgrade_refused',
    except: {
      nginx: { expect: 'passed', because: NO_UPGRADE },
      Caddy: { expect: 'passed', because: NO_UPGRADE },
    },
    run: (face) =>
      outcomeOf(face, {
        leaf: face.leaves.live,
        headers: { Connection: 'Upgrade', Upgrade: 'other/1' },
      }),
  },
  {
    title: 'spoofed identity headers that reach the API',
    expect: 'none',
    run: spoofedThatArrive,
  },
];

const CONNECTION_CASES: readonly Case[] = [
  ...(['TLSv1.3', 'TLSv1.2'] as const).map(
    (maxVersion): Case => ({
      title: `live certificate, ${maxVersion}`,
      expect: 'passed',
      run: (face) => outcomeOf(face, { leaf: face.leaves.live, maxVersion }),
    }),
  ),
  {
    title: 'live certificate, HTTP/2',
    expect: 'passed',
    run: (face) => http2Outcomes(face, { leaf: face.leaves.live }),
  },
  {
    title: 'HTTP/2, :authority differs from the TLS server name',
    expect: '421 host_mismatch',
    run: (face) => http2Outcomes(face, { leaf: face.leaves.live, authority: 'other.example' }),
  },
  {
    title: 'revoked between two calls of a kept connection',
    expect: 'passed, then no answer',
    run: async (face) => {
      const leaf = await face.ownLeaf();
      return outcomesOnOneConnection(face, leaf, () => face.revoke(leaf));
    },
  },
  {
    title: 'revoked between two calls of an HTTP/2 connection',
    expect: 'passed, then no answer',
    run: async (face) => {
      const leaf = await face.ownLeaf();
      return http2Outcomes(face, { leaf, between: () => face.revoke(leaf) });
    },
  },
  ...(['TLSv1.3', 'TLSv1.2'] as const).flatMap((version): Case[] => [
    {
      title: `session of a certificate resumed after its revocation, ${version}`,
      expect: 'not resumed, no answer',
      except: {
        Caddy: {
          expect: 'resumed, no answer',
          because:
            'a Caddyfile cannot turn session tickets off. A resumed session keeps the certificate of its full handshake, which is judged at every call',
        },
      },
      run: async (face) => {
        const leaf = await face.ownLeaf();
        const between = () => face.revoke(leaf);
        return outcomeOfResumption(face, { version, leaf, from: 'mtls', between });
      },
    },
    {
      title: `session of the standard listener resumed at the mTLS listener, ${version}`,
      expect: 'not resumed, no answer',
      run: (face) =>
        outcomeOfResumption(face, {
          version,
          leaf: null,
          from: 'standard',
          between: async () => undefined,
        }),
    },
  ]),
];

export const CASES: readonly Case[] = [
  ...CONNECTION_CASES.slice(0, 3),
  ...certificateCases(),
  ...REQUEST_CASES,
  ...CONNECTION_CASES.slice(3),
];

/** After the portal was away for longer than the edge may decide without it. */
export const AGED_CASES: readonly Case[] = [
  {
    title: 'state too old, mTLS listener',
    expect: '503 edge_not_ready',
    run: (face) => outcomeOf(face, { leaf: face.leaves.live }),
  },
  {
    title: 'state too old, standard listener, account that enforced',
    expect: '503 edge_not_ready',
    run: (face) => outcomeOf(face, { listener: 'standard' }),
  },
  {
    title: 'state too old, standard listener, account that did not enforce',
    expect: 'passed',
    run: (face) => outcomeOf(face, { listener: 'standard', user: 'plain' }),
  },
];

export function expectationOf(one: Case, product: Product): string {
  return one.except?.[product]?.expect ?? one.expect;
}
