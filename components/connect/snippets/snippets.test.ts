import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileStemOf } from '@/lib/pki/csr-command';
import type { SnippetFacts } from './facts';
import { lastPassed } from './passed';
import { doubleQuoted, shell, singleQuoted } from './quote';
import { isSnippetId, LANGUAGES, SNIPPET_IDS, templateOf } from './snippets';

const facts: SnippetFacts = {
  mtlsUrl: 'https://api.example:8443',
  stem: 'erp',
  apiClient: 'erp-sync',
  key: 'passphrase',
  caFile: 'edge-ca.pem',
};
const hostile = fc
  .string({ unit: fc.constantFrom(...'ab\'"\\$`#{}()!;&|\n\r\t %é€'.split('')), maxLength: 24 })
  .filter((text) => text !== '');

describe('the snippets of Connect', () => {
  it.each(SNIPPET_IDS.filter((id) => id !== 'postman'))(
    '%s is the text that last ran against a real edge, by `npm run snippets`',
    (id) => {
      const digest = createHash('sha256').update(templateOf(id)).digest('hex');
      expect(lastPassed(id)?.digest).toBe(digest);
    },
  );

  it.each(SNIPPET_IDS)('%s names the address and the API client, and no secret', (id) => {
    const text = LANGUAGES[id].write(facts);
    expect(text).toContain(id === 'postman' ? '"8443"' : 'https://api.example:8443/connection');
    expect(text).toContain('erp-sync');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('only the passphrase variant mentions one, and only a private CA is named', () => {
    for (const id of SNIPPET_IDS) {
      const bare = LANGUAGES[id].write({ ...facts, key: 'plain', caFile: null });
      expect(bare).not.toMatch(/passphrase|KEY_PASS|edge-ca/i);
    }
  });

  it('Node’s global fetch is never shown with an agent: it would send no certificate', () => {
    for (const id of ['node-https', 'node-undici'] as const) {
      const text = LANGUAGES[id].write(facts);
      expect(text.includes('fetch(')).toBe(text.includes('import { Agent, fetch } from "undici"'));
      expect(text).not.toMatch(/fetch\([^)]*agent/s);
    }
  });

  it('a value stays one string in the shell, in JavaScript and in single quotes', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const printed = execFileSync('sh', ['-c', `printf %s ${shell(value)}`]).toString();
        expect(printed).toBe(value);
        expect(JSON.parse(doubleQuoted(value))).toBe(value);
        expect(
          singleQuoted(value)
            .slice(1, -1)
            .replace(/\\(['\\])/g, ''),
        ).not.toMatch(/['\\]/);
      }),
      { numRuns: 60 },
    );
  });

  it('a Postman collection is JSON whatever the API client is called', () => {
    const text = LANGUAGES.postman.write({ ...facts, apiClient: 'a"b\\c' });
    expect(JSON.parse(text)).toMatchObject({
      auth: { basic: [{ value: 'a"b\\c' }, { value: '{{API_PASSWORD}}' }] },
      item: [{ request: { url: { host: ['api', 'example'], port: '8443' } } }],
    });
  });

  it('T23: curl is one command of the words meant, whatever the API client is called', () => {
    const call = (apiClient: string) =>
      execFileSync('sh', [
        '-c',
        `curl() { printf '%s\\n' "$@"; }\n${LANGUAGES.curl.write({ ...facts, apiClient })}`,
      ])
        .toString()
        .trimEnd()
        .split('\n');
    for (const name of ["a'b", '$(id)', '`id`', 'a;id', 'a&&id', '"', '!x', '\\', 'a|b', '*']) {
      expect(call(name)).toEqual([
        ...['--cacert', 'edge-ca.pem', '--cert', 'erp-fullchain.pem', '--key', 'erp.key'],
        ...['--user', name, 'https://api.example:8443/connection/v1/testauthentication'],
      ]);
    }
  });

  it('names files by the first label of the common name only', () => {
    expect(fileStemOf('ERP-1.meridian.example')).toBe('erp-1');
    expect(fileStemOf('--help.example')).toBe('help');
    expect(fileStemOf('$(id)')).toBe('id');
    expect(fileStemOf('...')).toBe('client');
  });

  it('knows its own ids and no others', () => {
    expect(isSnippetId('curl')).toBe(true);
    expect(isSnippetId('constructor')).toBe(false);
  });
});
