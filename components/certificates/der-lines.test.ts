import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { derLines } from './der-lines';

const folder = mkdtempSync(join(tmpdir(), 'der-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

function certificate(keyArguments: string[]): string {
  const file = join(folder, `${keyArguments.join('-').replace(/[^a-z0-9]/gi, '')}.der`);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', ...keyArguments, '-nodes', '-keyout', '/dev/null'],
      ...['-subj', '/C=US/O=Meridian Freight/CN=erp.meridian.example', '-days', '2'],
      ...[
        '-addext',
        'subjectAltName=DNS:erp.meridian.example,URI:urn:countersign:account:a:sandbox',
      ],
      ...['-addext', 'extendedKeyUsage=clientAuth', '-outform', 'DER', '-out', file],
    ],
    { stdio: 'pipe' },
  );
  return file;
}

describe('the DER view', () => {
  it.each([[['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']], [['rsa:2048']], [['ed25519']]])(
    'lists what openssl asn1parse lists, at the same offsets, for %j',
    (keyArguments) => {
      const file = certificate(keyArguments);
      const parsed = execFileSync('openssl', ['asn1parse', '-inform', 'DER', '-in', file], {
        encoding: 'utf8',
      });
      const theirs = [...parsed.matchAll(/^\s*(\d+):d=(\d+)\s+hl=\d+\s+l=\s*(\d+)/gm)].map(
        ([, offset, depth, length]) => ({
          offset: Number(offset),
          depth: Number(depth),
          contentLength: Number(length),
        }),
      );
      const ours = derLines(readFileSync(file));
      for (const line of theirs) expect(ours).toContainEqual(expect.objectContaining(line));
      expect(theirs.length).toBeGreaterThan(30);
    },
  );

  it('opens extensions and names what it knows', () => {
    const lines = derLines(readFileSync(certificate(['ed25519'])));
    const texts = lines.map((line) => line.text);
    expect(texts).toContain('clientAuth');
    expect(texts).toContain('commonName');
    expect(texts).toContain('urn:countersign:account:a:sandbox');
    expect(lines[0]).toMatchObject({ offset: 0, depth: 0, type: 'SEQUENCE' });
  });
});
