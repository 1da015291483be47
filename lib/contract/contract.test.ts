import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsDocument } from './errors-document';
import { openApiDocument } from './openapi';
import { issueBody, OPERATIONS, type Operation } from './operations';

describe('docs/errors.md', () => {
  it('has every code of the tables, in their words', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsDocument());
  });
});

describe('OPERATIONS', () => {
  const operations = Object.values<Operation>(OPERATIONS);

  it('has a route file that offers the method, for each operation', () => {
    for (const { path, method } of operations) {
      const file = `app${path.replaceAll('{', '[').replaceAll('}', ']')}/route.ts`;
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8')).toMatch(
        new RegExp(`export (const|function) ${method}\\b`),
      );
    }
  });

  it('RFC 9110, 9.3.7: has a route file that answers every method, with a problem or with what is allowed', () => {
    for (const { path } of operations) {
      const file = `app${path.replaceAll('{', '[').replaceAll('}', ']')}/route.ts`;
      const text = readFileSync(file, 'utf8');
      for (const method of ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT']) {
        expect(text, file).toMatch(
          new RegExp(`(export (const|function) |refused as )${method}\\b`),
        );
      }
    }
  });

  it('gives every list a limit, a cursor and a next one', () => {
    for (const { id, query, reply } of operations.filter(({ id }) => id.startsWith('list'))) {
      expect(Object.keys(query?.shape ?? {}), id).toEqual(
        expect.arrayContaining(['limit', 'cursor']),
      );
      expect(Object.keys(Object(reply.schema).shape), id).toEqual(
        expect.arrayContaining(['items', 'nextCursor']),
      );
    }
  });

  it('is described whole by the OpenAPI document', () => {
    const document = JSON.parse(JSON.stringify(openApiDocument('https://certificates.example')));
    expect(document.openapi).toMatch(/^3\.1\./);
    for (const { id, path, method } of operations) {
      const described = document.paths[path][method.toLowerCase()];
      expect(described.operationId).toBe(id);
      const named = described.parameters.map((one: { name: string }) => one.name);
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(named).toContain(name);
      expect(named.includes('Idempotency-Key')).toBe(method === 'POST');
    }
  });

  it('is described without a reference that leads nowhere', () => {
    const text = JSON.stringify(openApiDocument('https://certificates.example'));
    const document = JSON.parse(text);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(references).not.toHaveLength(0);
    for (const path of references) {
      const target = path.split('/').reduce((value, name) => Object(value)[name], document);
      expect(target, path).toBeDefined();
    }
  });
});

describe('a request body', () => {
  const good = { csr: '-----BEGIN', environment: 'sandbox', label: 'ERP' };

  it('passes when it is what the contract says', () => {
    expect(issueBody.safeParse(good).success).toBe(true);
  });

  it.each([
    ['an unknown field', { ...good, extra: 1 }],
    ['a wrong type', { ...good, csr: 5 }],
    ['an unknown environment', { ...good, environment: 'staging' }],
    ['no csr', { environment: 'sandbox' }],
    ['a label of 81 characters', { ...good, label: 'x'.repeat(81) }],
    ['a label with a line break', { ...good, label: 'two\nlines' }],
    ['a label that turns the writing direction', { ...good, label: 'a\u202eb' }],
  ])('is refused with %s', (_what, body) => {
    expect(issueBody.safeParse(body).success).toBe(false);
  });
});
