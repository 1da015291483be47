/** What an authenticator may say of its make, with certificates that it signed itself. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attested, Statement } from './authenticator';

/**
 * An attestation whose root is its own, and whose certificate names where its revocation list is.
 * @see WebAuthn Level 3, 8.4
 */
export function androidKey({ clientDataHash, spkiPem }: Attested, crlUrl: string): Statement {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-attestation-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(file('key.pem'), spkiPem);
  writeFileSync(
    file('leaf.cnf'),
    `crlDistributionPoints=URI:${crlUrl}
1.3.6.1.4.1.11129.2.1.17=ASN1:SEQUENCE:description
[description]
version=INTEGER:3
level=ENUM:1
keymaster=INTEGER:3
keymasterLevel=ENUM:1
challenge=FORMAT:HEX,OCT:${clientDataHash.toString('hex')}
uniqueId=FORMAT:ASCII,OCT:x
software=SEQUENCE:nothing
tee=SEQUENCE:nothing
[nothing]
`,
  );
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const root = ['-keyout', file('root.key'), '-out', file('root.pem'), '-subj', '/CN=Root'];
  openssl('req', '-x509', ...ec, ...root);
  const leaf = ['-keyout', file('any.key'), '-out', file('leaf.csr'), '-subj', '/CN=Key'];
  openssl('req', '-new', ...ec, ...leaf);
  const issuer = ['-CA', file('root.pem'), '-CAkey', file('root.key'), '-CAcreateserial'];
  const made = ['-force_pubkey', file('key.pem'), '-extfile', file('leaf.cnf')];
  const out = ['-outform', 'DER', '-out', file('leaf.der')];
  openssl('x509', '-req', '-in', file('leaf.csr'), ...issuer, ...made, ...out);
  openssl('x509', '-in', file('root.pem'), '-outform', 'DER', '-out', file('root.der'));
  const chain = ['leaf.der', 'root.der'].map((name) => new Uint8Array(readFileSync(file(name))));
  rmSync(folder, { recursive: true });
  const attStmt: Statement['attStmt'] = new Map<string, number | Uint8Array[]>([
    ['alg', -7],
    ['x5c', chain],
  ]);
  // It is judged after the chain was, so that it need not be right.
  attStmt.set('sig', [new Uint8Array(1)]);
  return { fmt: 'android-key', attStmt };
}
