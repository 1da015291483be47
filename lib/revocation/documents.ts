/** What is downloaded below /pki/, as it is sent. */
import { createHash } from 'node:crypto';
import type { KnownIssuer } from '@/lib/issuers/book';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { pemOf } from '@/lib/pki/pem';
import { currentTime } from '@/lib/platform/clock';
import { revocationLists } from './lists';

export type PkiDocument = {
  readonly body: Uint8Array;
  readonly media: string;
  readonly etag: string;
  readonly lastModified: Date;
  readonly cacheControl: string;
};

/** Seconds in which caches may answer for us. A list is made within five seconds of a revocation. */
const MAX_AGE = { crl: MINUTE_MS / 1000, certificate: HOUR_MS / 1000, bundle: MINUTE_MS / 1000 };

const caching = (seconds: number) => `public, max-age=${seconds}, no-transform, must-revalidate`;

/** The newest list, DER; null before the first. @see RFC 2585, 4.2 */
export function crlDocument(issuer: KnownIssuer): PkiDocument | null {
  const crl = revocationLists().of(issuer.id);
  if (!crl) return null;
  const left = Math.max(0, Math.floor((crl.nextUpdate.getTime() - currentTime().getTime()) / 1000));
  return {
    body: crl.der,
    media: 'application/pkix-crl',
    etag: `"${crl.number}-${crl.sha256.slice(0, 16)}"`,
    lastModified: crl.thisUpdate,
    cacheControl: caching(Math.min(MAX_AGE.crl, left)),
  };
}

/** One certificate: DER as certificates point to it, or PEM for people. @see RFC 2585, 4.1 RFC 8555, 9.1 */
export function caDocument(issuer: KnownIssuer, form: 'der' | 'pem'): PkiDocument {
  const { certificateDer } = issuer;
  const isPem = form === 'pem';
  const body = isPem ? Buffer.from(pemOf(certificateDer, 'CERTIFICATE')) : certificateDer;
  const media = isPem ? 'application/pem-certificate-chain' : 'application/pkix-cert';
  return whole(body, { media, lastModified: issuer.stateAt, maxAge: MAX_AGE.certificate });
}

/**
 * Every CA that a certificate in use may lead to, roots first: several of them while one succeeds the other. Cross
 * certificates are left out, since both roots are here.
 */
export function bundleDocument(issuers: readonly KnownIssuer[]): PkiDocument {
  const now = currentTime();
  const valid = issuers.filter(({ notAfter }) => notAfter > now);
  const ordered = [
    ...valid.filter(({ kind }) => kind === 'root'),
    ...valid.filter(({ kind }) => kind === 'issuing'),
  ];
  const pem = ordered.map(({ certificateDer }) => pemOf(certificateDer, 'CERTIFICATE')).join('');
  const changes = ordered.map(({ stateAt }) => stateAt.getTime());
  return whole(Buffer.from(pem), {
    media: 'application/pem-certificate-chain',
    lastModified: new Date(Math.max(0, ...changes)),
    maxAge: MAX_AGE.bundle,
  });
}

function whole(
  body: Uint8Array,
  { media, lastModified, maxAge }: { media: string; lastModified: Date; maxAge: number },
): PkiDocument {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { body, media, etag, lastModified, cacheControl: caching(maxAge) };
}
