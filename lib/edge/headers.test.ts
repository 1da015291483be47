import { describe, expect, it } from 'vitest';
import {
  forwardedHeaders,
  type HeaderLine,
  returnedHeaders,
  writtenHeaders,
} from '@/lib/edge/headers';
import { IDENTITY_SOURCES, identityOf } from '@/lib/edge/identity';

const options = { sources: IDENTITY_SOURCES, secretHeader: 'x-edge-secret' };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const line = (name: string, value = 'forged'): HeaderLine => ({ name, value });

const SPOOFED = [
  'Client-Cert',
  'client-cert-chain',
  'Client_Cert',
  'CLIENT.CERT',
  'X-Client-Cert',
  'X-Client-Cert-Hash',
  'X-Client-Certificate',
  'X_Client_Cert',
  'X-Mtls-Account',
  'x-mtls-api-client',
  'X_Mtls_Account',
  'X-MTLS_Account',
  'X-Mtls-Environment',
  'X-Mtls-Anything',
  'X-SSL-Client-Cert',
  'X-SSL-Client-Verify',
  'X-Ssl-Client-S-Dn',
  'SSL-Client-Cert',
  'SSL_CLIENT_VERIFY',
  'Ssl-Client-Serial',
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
  'X-ARR-ClientCert',
  'X-Amzn-Mtls-Clientcert',
  'X-Client-Verify',
  'X-Client-Dn',
  'X-Client-Serial',
  'X-TLS-Client-Cert',
  'Cf-Client-Cert-Der-Base64',
  'X-Client-Fingerprint',
  'X-Remote-User',
  'client_id',
  'X_Auth_Client',
  'True-Client-IP',
  'Via',
  'Host',
  'Proxy-Authorization',
  'X-Original-URL',
];

describe('headers to the upstream', () => {
  it.each(SPOOFED)('T18: a client cannot send %s', (name) => {
    expect(forwardedHeaders([line(name)], options)).toEqual([]);
    expect(forwardedHeaders([line(name.toLowerCase())], options)).toEqual([]);
    expect(forwardedHeaders([line(name.toUpperCase())], options)).toEqual([]);
  });

  it('T18: tries at least 30 spoofed names', () => {
    expect(SPOOFED.length).toBeGreaterThanOrEqual(30);
  });

  it('T18: the header that authenticates the edge is dropped under its configured name', () => {
    const lines = [line('X-Provider-Token')];
    expect(forwardedHeaders(lines, { ...options, secretHeader: 'x-provider-token' })).toEqual([]);
  });

  it('RFC 9110, 7.6.1: hop-by-hop headers and those that Connection names stay on this hop', () => {
    const lines = [
      line('Connection', 'close, X-Custom'),
      line('X-Custom', '1'),
      line('Keep-Alive', 'timeout=5'),
      line('TE', 'trailers'),
      line('Accept', '*/*'),
    ];
    expect(forwardedHeaders(lines, options)).toEqual([line('Accept', '*/*')]);
  });

  it('T18: Connection cannot take credentials or the length away (CVE-2024-45410)', () => {
    const kept = [
      line('Authorization', basic('a:b')),
      line('Content-Length', '3'),
      line('CLIENT-ID', 'a'),
    ];
    const listed = line('Connection', 'Authorization, Content-Length, client-id');
    expect(forwardedHeaders([listed, ...kept], options)).toEqual(kept);
  });

  it('T18: credentials of a source that is not configured do not reach the upstream', () => {
    const lines = [
      line('Authorization', basic('a:b')),
      line('CLIENT-ID', 'a'),
      line('x-auth-client', 'a'),
    ];
    const only = (source: 'basic' | 'client-id') =>
      forwardedHeaders(lines, { ...options, sources: [source] }).map(({ name }) => name);
    expect(only('basic')).toEqual(['Authorization']);
    expect(only('client-id')).toEqual(['CLIENT-ID']);
  });

  it('passes ordinary headers on as they came, in order', () => {
    const lines = [
      line('Accept', '*/*'),
      line('X-Client-Version', '3'),
      line('Cookie', 'a=b'),
      line('Authorization', 'Bearer x'),
    ];
    expect(forwardedHeaders(lines, options)).toEqual(lines);
  });

  it('RFC 9440, 2.2: writes Client-Cert as a byte sequence between colons', () => {
    const written = writtenHeaders(
      {
        requestId: 'r1',
        environment: 'production',
        listener: 'mtls',
        accountId: 'acc_1',
        apiClientName: 'zo\u00eb',
        certificate: {
          der: Uint8Array.of(1, 2, 3),
          fingerprint: new Uint8Array(32),
          notAfter: 1_800_000_000,
        },
        tlsVersion: 'TLSv1.3',
        sourceAddress: '192.0.2.1',
        host: 'api.example',
        passesUnderEnforcement: true,
      },
      line('X-Edge-Secret', 's'),
    );
    const value = (name: string) => written.find((header) => header.name === name)?.value;
    expect(value('Client-Cert')).toBe(':AQID:');
    expect(value('X-Mtls-Not-After')).toBe('2027-01-15T08:00:00Z');
    expect(Buffer.from(value('X-Mtls-Api-Client') ?? '', 'latin1').toString('utf8')).toBe(
      'zo\u00eb',
    );
    expect(value('X-Edge-Secret')).toBe('s');
  });

  it('writes no certificate header on the standard listener', () => {
    const written = writtenHeaders(
      {
        requestId: 'r1',
        environment: 'sandbox',
        listener: 'standard',
        accountId: null,
        apiClientName: null,
        certificate: null,
        tlsVersion: null,
        sourceAddress: null,
        host: null,
        passesUnderEnforcement: false,
      },
      null,
    );
    const names = written.map(({ name }) => name);
    expect(names).toEqual([
      'X-Request-Id',
      'X-Mtls-Environment',
      'X-Mtls-Listener',
      'X-Mtls-Under-Enforcement',
      'X-Forwarded-Proto',
    ]);
  });

  it('drops hop-by-hop headers and the secret from replies', () => {
    const lines = [
      line('Connection', 'X-Hop'),
      line('X-Hop'),
      line('Transfer-Encoding'),
      line('X-Edge-Secret'),
      line('X-Ok'),
    ];
    expect(returnedHeaders(lines, options)).toEqual([line('X-Ok')]);
  });
});

describe('identityOf', () => {
  const names = (...lines: HeaderLine[]) => identityOf(lines, IDENTITY_SOURCES);

  it.each([
    ['Basic user name', line('Authorization', basic('billing:secret')), 'billing'],
    [
      'Basic in any case, password with colons',
      line('authorization', `bASIC  ${Buffer.from('a:b:c').toString('base64')}`),
      'a',
    ],
    ['Basic in UTF-8', line('Authorization', basic('zo\u00eb:x')), 'zo\u00eb'],
    ['apikey', line('Authorization', 'apikey billing:k3y'), 'billing'],
    ['CLIENT-ID', line('CLIENT-ID', 'billing'), 'billing'],
    ['x-auth-client', line('X-Auth-Client', 'Billing'), 'Billing'],
  ])('reads %s', (_title, header, name) => {
    expect(names(header)).toEqual({ names: [name] });
  });

  it('finds nothing in a request without credentials or with those of another scheme', () => {
    expect(names(line('Authorization', 'Bearer abc'))).toEqual({ names: [] });
    expect(names()).toEqual({ names: [] });
  });

  it('returns every name, so that a disagreement is seen', () => {
    const found = names(
      line('CLIENT-ID', 'a'),
      line('Authorization', basic('b:x')),
      line('x-auth-client', 'c'),
    );
    expect(found).toEqual({ names: ['b', 'a', 'c'] });
  });

  it.each([
    [
      'Authorization twice',
      [line('Authorization', basic('a:x')), line('authorization', basic('a:x'))],
    ],
    ['CLIENT-ID twice', [line('CLIENT-ID', 'a'), line('Client-Id', 'a')]],
    ['Basic without credentials', [line('Authorization', 'Basic')]],
    ['Basic that is not base64', [line('Authorization', 'Basic a:b')]],
    ['Basic with stray base64', [line('Authorization', `${basic('a:b')}!`)]],
    ['Basic without a colon', [line('Authorization', basic('billing'))]],
    ['Basic with an empty name', [line('Authorization', basic(':x'))]],
    ['Basic with a control character', [line('Authorization', basic('a\u0000b:x'))]],
    [
      'Basic that is not UTF-8',
      [line('Authorization', `Basic ${Buffer.of(0xff, 0x3a).toString('base64')}`)],
    ],
    [
      'Basic followed by a second credential',
      [line('Authorization', `${basic('a:b')}, ${basic('c:d')}`)],
    ],
    ['apikey without a colon', [line('Authorization', 'apikey billing')]],
    ['an empty CLIENT-ID', [line('CLIENT-ID', '')]],
    ['a CLIENT-ID of 256 bytes', [line('CLIENT-ID', 'a'.repeat(256))]],
  ])('refuses %s as malformed', (_title, lines) => {
    expect(names(...lines)).toHaveProperty('malformed');
  });

  it('a name that reads "malformed" or "none" is a name', () => {
    expect(names(line('CLIENT-ID', 'malformed'))).toEqual({ names: ['malformed'] });
    expect(names(line('CLIENT-ID', 'none'))).toEqual({ names: ['none'] });
  });

  it('looks at configured sources only', () => {
    const lines = [line('CLIENT-ID', 'a'), line('Authorization', basic('b:x'))];
    expect(identityOf(lines, ['client-id'])).toEqual({ names: ['a'] });
    expect(identityOf(lines, ['basic'])).toEqual({ names: ['b'] });
  });
});
