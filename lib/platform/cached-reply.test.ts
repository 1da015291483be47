import { describe, expect, it } from 'vitest';
import { cachedReply } from './cached-reply';

const document = { body: 'one\n', media: 'text/plain', maxAgeSeconds: 60 };
const ask = (headers: Record<string, string> = {}) =>
  new Request('https://certificates.example/x', { headers });

describe('a public document', () => {
  it('RFC 9110, 8.8.3: carries a tag of its content', async () => {
    const reply = cachedReply(ask(), document);
    expect(reply.headers.get('cache-control')).toBe('public, max-age=60');
    expect(await reply.text()).toBe('one\n');
    const same = cachedReply(ask(), document).headers.get('etag');
    expect(reply.headers.get('etag')).toBe(same);
    expect(cachedReply(ask(), { ...document, body: 'two\n' }).headers.get('etag')).not.toBe(same);
  });

  it('RFC 9110, 13.1.2: is not sent again to whoever has it, weakly tagged or in a list', async () => {
    const etag = cachedReply(ask(), document).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const reply = cachedReply(ask({ 'If-None-Match': known }), document);
      expect([reply.status, await reply.text()], known).toEqual([304, '']);
    }
    expect(cachedReply(ask({ 'If-None-Match': '"other"' }), document).status).toBe(200);
  });
});
