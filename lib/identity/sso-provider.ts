/**
 * The talk with an identity provider: authorization code with PKCE, state and nonce.
 * @see OpenID Connect Core, 3.1; RFC 9700, 2.1.1
 */
import { type Client, custom, generators, Issuer } from 'openid-client';
import { z } from 'zod';
import { AppError } from '@/lib/kernel/errors';
import { deployment } from '@/lib/platform/deployment';
import { isLoopbackHost } from '@/lib/platform/env';
import { guardedRequests } from '@/lib/platform/public-address';
import type { Connection } from './sso-connections';

/** Kept by the browser, sealed, while the person is at the provider. */
export type Journey = {
  state: string;
  nonce: string;
  verifier: string;
};

export type Claims = {
  issuer: string;
  subject: string;
  /** Null: the provider does not vouch for one. */
  email: string | null;
  name: string | null;
  /** Values of the connection's role claim. */
  roles: string[];
  /** Seconds since 1970. */
  authenticatedAt: number | null;
};

// A proof for what hurts has to be fresh: the provider asks again, and says when.
const FRESH_SECONDS = 60;

/**
 * Where the browser goes, and what has to come back with it.
 * @param requests how the provider is asked, at whatever addresses it names
 * @throws AppError `invalid_request` when it cannot be reached
 */
export async function beginJourney(
  connection: Connection,
  proof: 'any' | 'fresh',
  requests: Requests = requestsFor(connection),
): Promise<{ url: string; journey: Journey }> {
  const client = await clientOf(connection, requests);
  const journey = {
    state: generators.state(),
    nonce: generators.nonce(),
    verifier: generators.codeVerifier(),
  };
  const url = client.authorizationUrl({
    scope: 'openid email profile',
    state: journey.state,
    nonce: journey.nonce,
    code_challenge: generators.codeChallenge(journey.verifier),
    code_challenge_method: 'S256',
    ...(proof === 'fresh' ? { max_age: 0, prompt: 'login' } : {}),
  });
  return { url, journey };
}

/**
 * What the provider says of who came back.
 * @param given.query of the callback
 * @param requests as of `beginJourney`
 * @throws AppError `invalid_request` for whatever does not belong to this journey, or is not signed as it should be
 * @see OpenID Connect Core, 3.1.3.7
 */
export async function endJourney(
  connection: Connection,
  given: { query: Record<string, string>; journey: Journey; proof: 'any' | 'fresh' },
  requests: Requests = requestsFor(connection),
): Promise<Claims> {
  const client = await clientOf(connection, requests);
  const { state, nonce, verifier } = given.journey;
  try {
    const tokens = await client.callback(redirectUri(), given.query, {
      ...{ state, nonce, code_verifier: verifier, response_type: 'code' },
      ...(given.proof === 'fresh' ? { max_age: FRESH_SECONDS } : {}),
    });
    return claimsOf(tokens.claims(), connection);
  } catch (cause) {
    throw new AppError('invalid_request', {
      detail:
        given.query.error === 'access_denied'
          ? 'Your identity provider did not sign you in. Try again, or choose another way.'
          : 'The answer of your identity provider was not valid. Start again from the sign-in page.',
      cause,
    });
  }
}

const idClaims = z.looseObject({
  iss: z.string().min(1).max(1_000),
  // OpenID Connect Core, 2: at most 255 ASCII characters.
  sub: z.string().min(1).max(255),
  email: z.email().max(254).optional().catch(undefined),
  email_verified: z.union([z.boolean(), z.string()]).optional().catch(undefined),
  name: z.string().trim().min(1).max(128).optional().catch(undefined),
  auth_time: z.number().optional().catch(undefined),
});

function claimsOf(given: unknown, { roleClaim }: Connection): Claims {
  const claims = idClaims.parse(given);
  const roles = z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .catch([])
    .parse(roleClaim === null ? [] : claims[roleClaim]);
  const vouched = String(claims.email_verified) === 'true';
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: vouched ? (claims.email?.toLowerCase() ?? null) : null,
    name: claims.name?.replace(/[\p{Cc}\p{Cf}]+/gu, ' ') ?? null,
    roles,
    authenticatedAt: claims.auth_time ?? null,
  };
}

async function clientOf(connection: Connection, requests: Requests): Promise<Client> {
  try {
    const issuer = await guardedIssuer(requests).discover(connection.issuer);
    // OpenID Connect Discovery, 4.3: a provider speaks for itself alone.
    if (issuer.metadata.issuer !== connection.issuer) throw new Error('another issuer answered');
    issuer[custom.http_options] = requests;
    const client = new issuer.Client({
      client_id: connection.clientId,
      client_secret: connection.clientSecret,
      redirect_uris: [redirectUri()],
      response_types: ['code'],
    });
    client[custom.http_options] = requests;
    client[custom.clock_tolerance] = 30;
    return client;
  } catch (cause) {
    throw new AppError('invalid_request', {
      detail: `The identity provider ${connection.issuer} does not answer as it should. Try again, or choose another way.`,
      cause,
    });
  }
}

type Requests = ReturnType<typeof guardedRequests>;

function guardedIssuer(requests: Requests) {
  return class extends Issuer {
    static override [custom.http_options] = requests;
  };
}

/** An operator's own provider may be anywhere; a customer's is on the public internet, but for trying on one machine. */
function requestsFor({ accountId }: Connection): Requests {
  const trying = isLoopbackHost(new URL(deployment().publicUrl).hostname);
  return guardedRequests(accountId === null || trying ? 'anywhere' : 'public');
}

function redirectUri(): string {
  return `${deployment().publicUrl}/sso/callback`;
}
