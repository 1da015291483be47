import { mkdtempSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { equalBytes } from '@/lib/pki/der';
import type { LintedDraft } from '@/lib/pki/lint';
import { composed } from '@/lib/pki/testing';
import { type Signer, SignerGone, SignerRefusal } from './port';
import { socketSigner } from './socket-client';
import { type ReadIntent, signerServer } from './socket-server';
import { linted, type TestAuthority, testAuthority, testDraft, verifiedCsr } from './testing';

const folder = mkdtempSync(join(tmpdir(), 'countersign-socket-'));
const secret = 'the secret of this start';
const servers: Server[] = [];
const committed = new Map<string, { issuerId: string; tbsDer: Uint8Array }>();
const readIntent: ReadIntent = async (intentId) => committed.get(intentId) ?? null;
let authority: TestAuthority;
let sent: Signer;
let read: Signer;

const path = (name: string) => join(folder, `${name}.sock`);
async function serve(name: string, read: ReadIntent | null): Promise<void> {
  const { signer } = authority;
  const server = signerServer({ signer, secret, readIntent: read, onFault: () => undefined });
  await new Promise<void>((done) => server.listen(path(name), done));
  servers.push(server);
}

beforeAll(async () => {
  authority = await testAuthority();
  await serve('sent', null);
  await serve('read', readIntent);
  sent = socketSigner({ path: path('sent'), secret, intents: 'sent' });
  read = socketSigner({ path: path('read'), secret, intents: 'read' });
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function draft(seed: string): Promise<LintedDraft> {
  return linted(await testDraft(await verifiedCsr(composed()), authority, { seed }));
}
const input = (intentId: string, tbs: LintedDraft) => ({
  intentId,
  issuerId: authority.production.issuerId,
  tbs,
});

type Call = { method: string; path: string; body: string; authorization?: string };

function raw(call: Call): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent: false,
        socketPath: path('sent'),
        method: call.method,
        path: call.path,
        headers: { authorization: call.authorization ?? `Bearer ${secret}` },
      },
      async (reply) => resolve({ status: reply.statusCode ?? 0, body: await text(reply) }),
    );
    asked.on('error', reject);
    // Without a length of its own the body of a GET would be the next request.
    asked.end(call.method === 'GET' ? '' : call.body);
  });
}

describe('a signer across its socket', () => {
  it('gives the certificate that the signer behind it gives, and the same for the same', async () => {
    const tbs = await draft('across');
    const der = await sent.sign(input('across', tbs));
    expect(equalBytes(der, await authority.signer.sign(input('across', tbs)))).toBe(true);
    expect(await sent.status()).toEqual(await authority.signer.status());
  });

  it('T1, T2: with a database it signs what is committed there, whatever whoever asks holds', async () => {
    const [kept, other] = [await draft('committed'), await draft('made up')];
    const { issuerId } = authority.production;
    committed.set('kept', { issuerId, tbsDer: kept.tbsDer });
    const der = await read.sign(input('kept', other));
    expect(equalBytes(der, await authority.signer.sign(input('kept', kept)))).toBe(true);
    await expect(read.sign(input('made up', other))).rejects.toThrow('no pending intent');
    const pushing = socketSigner({ path: path('read'), secret, intents: 'sent' });
    await expect(pushing.sign(input('pushed', other))).rejects.toThrow(SignerRefusal);
  });

  it('tells a refusal, which is final, from a signer that is gone', async () => {
    const tbs = await draft('refused');
    const sandbox = { ...input('refused', tbs), issuerId: authority.sandbox.issuerId };
    await expect(sent.sign(sandbox)).rejects.toThrow(SignerRefusal);
    const nobody = socketSigner({ path: path('nobody'), secret, intents: 'sent' });
    await expect(nobody.sign(input('gone', tbs))).rejects.toThrow(SignerGone);
    const stranger = socketSigner({ path: path('sent'), secret: 'another', intents: 'sent' });
    await expect(stranger.status()).rejects.toThrow(SignerGone);
  });

  it('without the secret of this start nothing is answered', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer x', `Basic ${secret}`, secret]) {
      const call = { method: 'GET', path: '/status', body: '', authorization };
      expect(await raw(call)).toEqual({ status: 401, body: '' });
    }
  });

  it('T2: 500 requests of any shape: none gets a signature, and the signer goes on', async () => {
    const { entries } = (await authority.signer.status()).log;
    const words = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ intentId: fc.string(), intent: fc.constant(null) })
        .map((one) => JSON.stringify(one)),
      fc
        .record({
          intentId: fc.string({ minLength: 1, maxLength: 70 }),
          intent: fc.record({
            issuerId: fc.constantFrom(authority.production.issuerId, authority.root.issuerId, ''),
            tbsDer: fc
              .uint8Array({ maxLength: 900 })
              .map((one) => Buffer.from(one).toString('base64')),
          }),
        })
        .map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        fc.constantFrom(
          '/sign',
          '/crl',
          '/ocsp-responder',
          '/status',
          '/',
          '/key',
          '//sign',
          '/../seal.json',
        ),
        words,
        async (method, at, body) => {
          const { status } = await raw({ method, path: at, body });
          if (method === 'GET' && at === '/status') expect(status).toBe(200);
          else expect([404, 422]).toContain(status);
        },
      ),
      { numRuns: 500, seed: 20_261_121 },
    );
    expect((await authority.signer.status()).log.entries).toBe(entries);
  });

  it('bytes that are no HTTP, and a body without end, end their connection alone', async () => {
    for (const bytes of [
      '\u0000\u0001\u0002\r\n\r\n',
      'POST /sign HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    ]) {
      const socket = createConnection(path('sent'));
      socket.end(bytes);
      expect(await text(socket)).not.toContain('200 OK');
    }
    const call = { method: 'POST', path: '/sign', body: 'x'.repeat(100_000) };
    expect((await raw(call)).status).toBe(422);
    expect((await sent.status()).issuers.length).toBe(3);
  });
});
