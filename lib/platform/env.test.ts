import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLoopbackHost, portalEnv, SettingsError } from './env';

const fault = (env: Record<string, string>): string => {
  try {
    portalEnv(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('settings of a portal', () => {
  it('needs none: embedded database, demo, loopback, the documented ports', () => {
    expect(portalEnv({})).toEqual({
      dataDir: resolve('.data'),
      databaseUrl: null,
      demo: true,
      host: '127.0.0.1',
      port: 3000,
      edgePorts: {
        production: { mtls: 8443, standard: 8444 },
        sandbox: { mtls: 9443, standard: 9444 },
      },
      publicUrl: 'http://localhost:3000',
      trustedProxies: [],
      providerName: 'Demo Provider',
      portalPassphrase: null,
      pkiUrl: 'http://localhost:3000',
      signer: { socket: null, secret: null },
      edges: {
        production: { mtlsUrl: 'https://localhost:8443', standardUrl: 'https://localhost:8444' },
        sandbox: { mtlsUrl: 'https://localhost:9443', standardUrl: 'https://localhost:9444' },
      },
      mail: { smtpUrl: null, from: 'Countersign <notices@localhost>' },
      serverCaFiles: { production: null, sandbox: null },
      firewall: {
        production: { ingress: ['127.0.0.1/32'], egress: [] },
        sandbox: { ingress: ['127.0.0.1/32'], egress: [] },
      },
      metrics: { token: null, port: null },
      apiLimits: { perMinute: 600, burst: 100, withoutKeyPerMinute: 60 },
      sessionLimits: { idleMs: 7_200_000, absoluteMs: 43_200_000 },
      sso: null,
      weakKeysFile: null,
      activityRetentionDays: 90,
    });
  });

  it('takes an identity provider whole, and names what is missing of it', () => {
    const given = { SSO_ISSUER: 'https://idp.example', SSO_CLIENT_ID: 'c', SSO_CLIENT_SECRET: 's' };
    expect(portalEnv(given).sso).toEqual({
      name: 'single sign-on',
      issuer: 'https://idp.example',
      clientId: 'c',
      clientSecret: 's',
    });
    expect(fault({ SSO_ISSUER: 'https://idp.example' })).toContain('or none of them');
    expect(fault({ SESSION_IDLE_MINUTES: '1' })).toContain('SESSION_IDLE_MINUTES: write a number');
  });

  it('takes the addresses customers let through, and names the setting with one that is wrong', () => {
    const given = {
      DATABASE_URL: 'postgresql://a:b@db.example/c',
      EDGE_PRODUCTION_INGRESS: '203.0.113.0/28, 2001:db8:1::/64',
      WEBHOOK_PRODUCTION_EGRESS: '198.51.100.4',
    };
    expect(portalEnv(given).firewall).toEqual({
      production: { ingress: ['203.0.113.0/28', '2001:db8:1::/64'], egress: ['198.51.100.4/32'] },
      sandbox: { ingress: [], egress: [] },
    });
    expect(fault({ EDGE_SANDBOX_INGRESS: '203.0.113.9/28' })).toBe(
      'EDGE_SANDBOX_INGRESS: "203.0.113.9/28" is an address inside a range: write 203.0.113.0/28 for the range, or the address alone.',
    );
  });

  it('takes a database for a deployment: no demo, every interface, no made-up edge addresses', () => {
    const env = portalEnv({ DATABASE_URL: 'postgresql://a:b@db.example/c' });
    expect([env.demo, env.host, env.edges.production]).toEqual([false, '0.0.0.0', null]);
  });

  it('stays on loopback for a demo on PostgreSQL unless HOST is set', () => {
    const demo = { DATABASE_URL: 'postgresql://a:b@db.example/c', DEMO: '1' };
    expect(portalEnv(demo).host).toBe('127.0.0.1');
    expect(portalEnv({ ...demo, HOST: '10.0.0.5' }).host).toBe('10.0.0.5');
  });

  it('takes an empty variable for one that was not set', () => {
    expect(portalEnv({ PORT: '', DATABASE_URL: '', PUBLIC_URL: '' }).port).toBe(3000);
  });

  it('derives the public address from PORT and drops its trailing slash', () => {
    expect(portalEnv({ PORT: '3100' }).publicUrl).toBe('http://localhost:3100');
    expect(portalEnv({ PUBLIC_URL: 'https://mtls.example.com/' }).publicUrl).toBe(
      'https://mtls.example.com',
    );
  });

  it.each([
    [{ PORT: '0' }, /^PORT: write a port number from 1 to 65535\.$/],
    [{ PORT: 'http' }, /^PORT: /],
    [{ PORT: '70000' }, /^PORT: /],
    [{ PORT: '8443' }, /^PORT and EDGE_PRODUCTION_MTLS_PORT are both 8443\./],
    [{ PUBLIC_URL: 'http://mtls.example.com' }, /plain http/],
    [{ PUBLIC_URL: 'http://127.example.com' }, /plain http/],
    [{ PUBLIC_URL: 'https://mtls.example.com/portal' }, /scheme, host and port only/],
    [{ PUBLIC_URL: 'ftp://localhost' }, /^PUBLIC_URL: /],
    [{ TRUSTED_PROXIES: '10.0.0.0/8, proxy.example' }, /"proxy\.example" is neither/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /"10\.0\.0\.0\/33" is neither/],
    [{ DATABASE_URL: 'mysql://a:hunter2@b/c' }, /^DATABASE_URL: write postgresql:/],
    [{ PORTAL_PASSPHRASE: 'hunter2' }, /^PORTAL_PASSPHRASE: at least 8 characters\.$/],
    [{ DEMO: 'yes' }, /^DEMO: write 1 or 0\.$/],
    [{ EDGE_SANDBOX_MTLS_URL: 'https://a.example' }, /^Set both EDGE_SANDBOX_MTLS_URL/],
    [{ ACTIVITY_RETENTION_DAYS: '7' }, /^ACTIVITY_RETENTION_DAYS: .*at least 30\.$/],
    [{ ACTIVITY_RETENTION_DAYS: 'long' }, /^ACTIVITY_RETENTION_DAYS: .*at least 30\.$/],
    [{ PORT: 'x', DEMO: 'y' }, /PORT: .*; DEMO: /],
  ])('refuses %j with one line that names it', (env, line) => {
    const message = fault(env);
    expect(message).toMatch(line);
    expect(message).not.toMatch(/\n|hunter2/);
  });

  it('takes proxies as addresses and ranges of both families', () => {
    const TRUSTED_PROXIES = '127.0.0.1, 10.0.0.0/8,::1 , fd00::/8';
    expect(portalEnv({ TRUSTED_PROXIES }).trustedProxies).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
    ]);
  });

  it.each(['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'LOCALHOST.'])(
    'knows %s for this machine',
    (name) => expect(isLoopbackHost(name)).toBe(true),
  );

  it.each(['localhost.example', '127.0.0.1.example', '10.0.0.1', '0.0.0.0', '[::]'])(
    'does not take %s for this machine',
    (name) => expect(isLoopbackHost(name)).toBe(false),
  );
});
