/** An OpenID provider on this machine that says whatever a test has it say, and signs it. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export type FalseProvider = {
  issuer: string;
  clientId: string;
  /** Overrides what discovery says, such as `token_endpoint`. */
  describe(metadata: Record<string, string>): void;
  /** What the next ID token says beside who it is from and for. */
  say(claims: Record<string, unknown>): void;
  /** Answers at a path with a redirect from now on. */
  redirect(path: string, given: { status: number; to: string }): void;
  /** As it was in the beginning. */
  behave(): void;
  stop(): Promise<void>;
};

const DISCOVERY = '/.well-known/openid-configuration';
const LASTS_SECONDS = 300;

export async function startFalseProvider(): Promise<FalseProvider> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const clientId = 'portal';
  let issuer = '';
  let metadata: Record<string, string> = {};
  let claims: Record<string, unknown> = {};
  const redirects = new Map<string, { status: number; to: string }>();

  const idToken = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const about = {
      iss: issuer,
      aud: clientId,
      sub: 'subject',
      iat: now,
      exp: now + LASTS_SECONDS,
    };
    const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const signed = `${part({ alg: 'RS256', kid: 'key' })}.${part({ ...about, ...claims })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
  };
  const answers: Record<string, () => unknown> = {
    [DISCOVERY]: () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      ...metadata,
    }),
    '/token': () => ({ access_token: 'x', token_type: 'Bearer', id_token: idToken() }),
    '/jwks': () => ({
      keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'key', use: 'sig', alg: 'RS256' }],
    }),
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const redirect = redirects.get(path);
    if (redirect) return response.writeHead(redirect.status, { location: redirect.to }).end();
    const answer = answers[path];
    if (!answer) return response.writeHead(404).end();
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    ...{ issuer, clientId },
    describe(said) {
      metadata = said;
    },
    say(said) {
      claims = said;
    },
    redirect(path, given) {
      redirects.set(path, given);
    },
    behave() {
      metadata = {};
      claims = {};
      redirects.clear();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
