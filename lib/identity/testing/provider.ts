/** A real OpenID provider on this machine, which signs in whom the test says, without a page of its own. */
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export type TestProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who is signed in there from now on; the claims are what it says of them. */
  become(subject: string, claims: Record<string, unknown>): void;
  stop(): Promise<void>;
};

export async function startProvider(redirectUri: string): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const issuer = `http://localhost:${port}`;
  const clientId = 'portal';
  const clientSecret = 'a secret between the portal and its test provider';
  let subject = 'nobody';
  let claims: Record<string, unknown> = {};
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    // Everything that is asked for is granted.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session?.accountId ?? subject,
        clientId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    provider
      .interactionFinished(request, response, { login: { accountId: subject, remember: false } })
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return {
    ...{ issuer, clientId, clientSecret },
    become(next, said) {
      subject = next;
      claims = said;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Follows the redirects from an authorization address until they lead back. @returns the query of the callback */
export async function throughProvider(
  url: string,
  redirectUri: string,
): Promise<Record<string, string>> {
  const jar = new Map<string, string>();
  let next = url;
  for (let hop = 0; hop < 10; hop += 1) {
    if (next.startsWith(redirectUri)) return Object.fromEntries(new URL(next).searchParams);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status} at ${next}`);
    next = new URL(location, next).href;
  }
  throw new Error('the provider led nowhere');
}
