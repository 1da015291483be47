import { sha256 } from './random';

/**
 * A public document that caches may keep and that changes seldom.
 * @see RFC 9110, 8.8.3 (ETag), 13.1.2 (If-None-Match), 15.4.5 (304)
 */
export function cachedReply(
  request: Request,
  document: { body: string; media: string; maxAgeSeconds: number },
): Response {
  const etag = `"${Buffer.from(sha256(document.body)).toString('base64url').slice(0, 27)}"`;
  const headers = {
    ETag: etag,
    'Cache-Control': `public, max-age=${document.maxAgeSeconds}`,
    'X-Content-Type-Options': 'nosniff',
  };
  const known = (request.headers.get('if-none-match') ?? '').split(',');
  // A cache that compressed the answer may have weakened the tag.
  const same = known.some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
  if (same) return new Response(null, { status: 304, headers });
  return new Response(document.body, { headers: { ...headers, 'Content-Type': document.media } });
}
