import { expect, it } from 'vitest';
import { OPERATIONS, type Operation } from '@/lib/contract/operations';
import { operationOf } from './observe';

it('knows every operation of the API by its method and path', () => {
  for (const { id, method, path } of Object.values<Operation>(OPERATIONS)) {
    const url = path.replaceAll(/\{\w+\}/g, 'crt_00000000000000000000000000');
    expect(operationOf(method, `${url}?limit=5`)).toBe(id);
  }
});

it.each([
  ['GET', '/', 'page'],
  ['GET', '/certificates/crt_1', 'page'],
  ['POST', '/certificates/crt_1', 'act on a page'],
  ['GET', '/api/v1/nothing/acc_1', 'unknown operation'],
  ['DELETE', '/api/v1/account', 'unknown operation'],
  ['GET', '/api/edge/v1/snapshot', 'stream'],
  ['POST', '/api/edge/v1/reports', 'edge'],
  ['GET', '/connect/stream?after=5', 'stream'],
  ['POST', '/pki/iss_1/ocsp', 'pki'],
  ['GET', '/readyz', 'health'],
  ['GET', '/_next/static/chunks/a.js', 'asset'],
])('%s %s is counted as %s, and no path makes a name of its own', (method, url, operation) => {
  expect(operationOf(method, url)).toBe(operation);
});
