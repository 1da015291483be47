/** The talk with an identity provider that does not keep to the rules: it lies of when, and of where. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guardedRequests } from '@/lib/platform/public-address';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import type { Connection } from './sso-connections';
import { beginJourney, endJourney } from './sso-provider';
import { type FalseProvider, startFalseProvider } from './testing/false-provider';

const REFUSED = { code: 'invalid_request' };
let portal: TestPortal;
let provider: FalseProvider;
let canary: Server;
let place = '';
let hits = 0;

beforeAll(async () => {
  // Of a portal on localhost, accounts may have their provider there too.
  portal = await openTestPortal({ publicUrl: 'https://portal.example.com' });
  provider = await startFalseProvider();
  canary = createServer((socket) => {
    hits += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(canary, 'listening');
  const address = canary.address();
  place = String(typeof address === 'object' ? address?.port : 0);
});
afterEach(() => {
  provider.behave();
  hits = 0;
});
afterAll(async () => {
  canary.close();
  await provider.stop();
  await portal.stop();
});

const connectionTo = (issuer: string, accountId: string | null = 'acc_test'): Connection => ({
  ...{ id: 'sso_test', accountId, name: 'Meridian Freight', issuer },
  ...{ clientId: provider.clientId, clientSecret: 'a secret' },
  ...{ domain: null, roleClaim: null, roleMap: {} },
});

/** The provider stands for one on the public internet; all else is as it is for an account's own provider. */
const requests = (url: URL) =>
  guardedRequests(url.origin === provider.issuer ? 'anywhere' : 'public')(url);

/** There and back. */
async function journeyThrough(proof: 'any' | 'fresh', said: Record<string, unknown> = {}) {
  const connection = connectionTo(provider.issuer);
  const { journey } = await beginJourney(connection, proof, requests);
  provider.say({ nonce: journey.nonce, ...said });
  const query = { code: 'a code', state: journey.state };
  return endJourney(connection, { query, journey, proof }, requests);
}

const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

describe('T20: a proof asked anew of an identity provider (OpenID Connect Core)', () => {
  it('3.1.2.1: is asked for as of now, and with the person', async () => {
    const connection = connectionTo(provider.issuer);
    const asked = async (proof: 'any' | 'fresh') =>
      new URL((await beginJourney(connection, proof, requests)).url).searchParams;
    const fresh = await asked('fresh');
    expect([fresh.get('max_age'), fresh.get('prompt')]).toEqual(['0', 'login']);
    const any = await asked('any');
    expect([any.get('max_age'), any.get('prompt')]).toEqual([null, null]);
  });

  it('3.1.3.7, step 13: is taken when the provider says that it saw the person now', async () => {
    const auth_time = secondsAgo(0);
    const claims = await journeyThrough('fresh', { auth_time });
    expect(claims).toMatchObject({ subject: 'subject', authenticatedAt: auth_time });
  });

  it.each([
    ['saw them two minutes ago', () => ({ auth_time: secondsAgo(120) })],
    ['saw them yesterday', () => ({ auth_time: secondsAgo(86_400) })],
    ['does not say when', () => ({})],
    ['says when in words', () => ({ auth_time: 'now' })],
    ['never saw them', () => ({ auth_time: 0 })],
  ])('3.1.3.7, step 13: is refused when the provider %s', async (_, said) => {
    await expect(journeyThrough('fresh', said())).rejects.toMatchObject(REFUSED);
  });

  it('signing in does not ask how long ago that was', async () => {
    const claims = await journeyThrough('any', { auth_time: secondsAgo(86_400) });
    expect(claims.subject).toBe('subject');
  });
});

describe("T22: an account's identity provider", () => {
  const inside = () => [
    ...[`http://127.0.0.1:${place}`, `https://127.0.0.1:${place}`, `https://127.1:${place}`],
    ...[`https://0x7f000001:${place}`, `https://2130706433:${place}`, `https://0:${place}`],
    ...[`https://[::ffff:127.0.0.1]:${place}`, `https://localhost:${place}`],
  ];

  it('is never asked what it is where that would be inside, in whatever notation', async () => {
    for (const issuer of inside()) {
      await expect(beginJourney(connectionTo(issuer), 'any')).rejects.toMatchObject(REFUSED);
    }
    expect(hits).toBe(0);
  });

  it('of the operator may be inside, where it is asked', async () => {
    const own = connectionTo(`https://127.0.0.1:${place}`, null);
    await expect(beginJourney(own, 'any')).rejects.toMatchObject(REFUSED);
    expect(hits).toBeGreaterThan(0);
  });

  it.each(['token_endpoint', 'jwks_uri'])(
    'that names a %s inside has nobody ask there',
    async (what) => {
      for (const address of inside()) {
        provider.describe({ [what]: `${address}/` });
        await expect(journeyThrough('any'), address).rejects.toMatchObject(REFUSED);
      }
      expect(hits).toBe(0);
    },
  );

  it.each([
    ['/.well-known/openid-configuration', 302],
    ['/.well-known/openid-configuration', 308],
    ['/token', 302],
    ['/token', 307],
    ['/jwks', 302],
    ['/jwks', 308],
  ])('that sends on from %s by %i is not followed', async (path, status) => {
    for (const to of [...inside(), provider.issuer]) {
      provider.redirect(path, { status, to });
      await expect(journeyThrough('any'), to).rejects.toMatchObject(REFUSED);
    }
    expect(hits).toBe(0);
  });
});
