import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsOf, openApiDocument } from './openapi';
import { OPERATIONS, type Operation } from './operations';
import { referenceOf } from './reference';

const URL = 'https://portal.example';
const { sections, anyError } = referenceOf(JSON.parse(JSON.stringify(openApiDocument(URL))), URL);
const operations = sections.flatMap((section) => section.operations);

describe('the reference', () => {
  it('has every operation of the document once', () => {
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('names members of members, their types, and the codes of every error', () => {
    const issue = operations.find(({ id }) => id === 'issueCertificate');
    expect(issue?.body.map(({ name, required }) => [name, required])).toEqual([
      ['csr', 'yes'],
      ['environment', 'yes'],
      ['label', 'no'],
    ]);
    expect(issue?.errors.flatMap(({ codes }) => codes.map(({ code }) => code))).toContain(
      'live_limit_reached',
    );
    expect(anyError.flatMap(({ codes }) => codes.map(({ code }) => code))).toContain(
      'rate_limited',
    );
    for (const { id, errors } of operations) {
      const named = [...anyError, ...errors].flatMap(({ codes }) => codes.map(({ code }) => code));
      const operation = Object.values<Operation>(OPERATIONS).find((one) => one.id === id);
      if (operation?.permission) expect(named.sort()).toEqual(errorsOf(operation).sort());
    }
    const list = operations.find(({ id }) => id === 'listCertificates');
    expect(list?.reply.fields).toContainEqual(
      expect.objectContaining({ name: 'items[].notAfter', type: 'instant', required: 'yes' }),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), 'countersign-reference-'));
  writeFileSync(join(folder, 'curl'), '#!/bin/sh\nprintf "%s\\n" "$@"\necho ---\ncat\n');
  chmodSync(join(folder, 'curl'), 0o755);
  const csr = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n';
  writeFileSync(join(folder, 'client.csr'), csr);

  it.each(operations)('$id: a shell takes its curl, with a body the operation takes', (one) => {
    const said = execFileSync('sh', ['-eu', '-c', one.curl], {
      cwd: folder,
      input: '',
      env: {
        ...process.env,
        PATH: `${folder}:${process.env.PATH}`,
        COUNTERSIGN_API_KEY: 'csk_x',
        ID: 'crt_1',
        ACCOUNT_ID: 'acc_0123456789abcdefghjkmnpqrs',
      },
    }).toString();
    // A request has dashes of its own.
    const at = said.indexOf('\n---\n');
    const [args, body] = [said.slice(0, at), said.slice(at + '\n---\n'.length)];
    expect(args).toContain(`--request\n${one.method}\n${URL}/api/v1/`);
    expect(args).not.toMatch(/\{\w+\}/);
    const operation = Object.values<Operation>(OPERATIONS).find(({ id }) => id === one.id);
    if (!operation?.body) expect(body.trim()).toBe('');
    else expect(operation.body.safeParse(JSON.parse(body)).error?.message).toBeUndefined();
  });
});
