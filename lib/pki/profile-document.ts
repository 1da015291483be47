/**
 * docs/certificate-profile.md, printed from the tables:
 * `node --import tsx -e "import('./lib/pki/profile-document.ts').then((m) => process.stdout.write(m.profileDocument()))" > docs/certificate-profile.md`
 */
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { CSR_RULES } from './csr-rules';
import { ACCEPTED_KEYS } from './key';
import { LINT_RULES } from './lint';
import { accountUri, ISSUING_PROFILE, LEAF_PROFILE, ROOT_PROFILE } from './profile';

export function profileDocument(): string {
  return `${[INTRODUCTION, leaf(), authorities(), linting(), requests()].join('\n\n')}\n`;
}

const INTRODUCTION = `# Certificate profile

What is in every certificate we make, and what a signing request (CSR) must be like. Printed from the tables in \`lib/pki\` (\`profile.ts\`, \`lint.ts\`,
\`csr-rules.ts\`); a test holds this page to them.`;

const days = (milliseconds: number) => milliseconds / DAY_MS;
const years = (milliseconds: number) => Math.floor(milliseconds / DAY_MS / 365);

function leaf(): string {
  return `## A client certificate

The CSR is evidence, not an order: its public key and its vetted names cross over, and nothing else.

| field | value |
|---|---|
| version | 3 |
| serial | 16 octets, the top two bits 01, 126 random bits |
| signature | by the issuing CA of the environment: ecdsa-with-SHA256 (P-256, the default), ecdsa-with-SHA384 (P-384) or sha256WithRSAEncryption |
| subject | C, ST, L (as requested), O (always the account's legal name), CN; UTF8String, C PrintableString. Everything else in the request's subject is left out |
| notBefore | the moment of issuing less ${LEAF_PROFILE.backdateMs / MINUTE_MS} minutes, for clocks that are a little late |
| notAfter | the moment of issuing plus ${days(LEAF_PROFILE.validityMs)} days; a CA that does not last as long issues nothing more |
| public key | the SPKI of the request, byte for byte |
| basicConstraints | critical; CA:FALSE |
| keyUsage | critical; digitalSignature |
| extendedKeyUsage | clientAuth, nothing else: servers cannot be run with it |
| subjectAltName | the common name, the other DNS names (at most ${LEAF_PROFILE.maxDnsNames}) in their order, each once; last \`${accountUri('<account>', '<environment>')}\` |
| subjectKeyIdentifier | SHA-1 of the public key (RFC 5280, 4.2.1.2, method 1) |
| authorityKeyIdentifier | the issuing CA's subject key identifier |
| cRLDistributionPoints | \`<PKI_URL>/pki/<issuer>/ca.crl\` |
| authorityInfoAccess | OCSP at \`<PKI_URL>/pki/<issuer>/ocsp\`, the issuing CA's certificate at \`<PKI_URL>/pki/<issuer>/ca.crt\` |`;
}

function authorities(): string {
  return `## The CAs

| | root | issuing, one per environment |
|---|---|---|
| name | \`O=<provider>, CN=<provider> Root CA\` | \`O=<provider>, CN=<provider> Production Client CA 1\` |
| key | EC P-384 | EC P-256 |
| signed with | ECDSA with SHA-384, by itself | ECDSA with SHA-384, by the root |
| validity | ${days(ROOT_PROFILE.validityMs)} days (${years(ROOT_PROFILE.validityMs)} years) | ${days(ISSUING_PROFILE.validityMs)} days (${years(ISSUING_PROFILE.validityMs)} years) |
| basicConstraints | critical; CA:TRUE | critical; CA:TRUE, pathlen ${ISSUING_PROFILE.pathLength} |
| keyUsage | critical; keyCertSign, cRLSign | the same |
| extendedKeyUsage | none | clientAuth: no leaf below it is good for anything else |

The keys are sealed by AES-256-GCM under a key that scrypt (N = 2^17, r = 8, p = 1) derives from the CA passphrase. Judged in tests by
\`openssl verify -x509_strict -purpose sslclient\`.`;
}

function linting(): string {
  const rules = LINT_RULES.map(
    ({ id, severity, clause, says }) => `| \`${id}\` | ${severity} | ${cell(says)} | ${clause} |`,
  );
  return `## Before and after signing

\`lint\` reads the very bytes to be signed and checks every rule below; only its result can be handed to a signer, which lints again. After signing,
\`crossCheck\` has OpenSSL (node:crypto) verify the signature by the issuer's key, and compares serial, public key and bytes with the intent.

| rule | severity | holds when | clause |
|---|---|---|---|
${rules.join('\n')}`;
}

function requests(): string {
  const rules = Object.entries(CSR_RULES).map(
    ([id, { severity, says, source }]) => `| \`${id}\` | ${severity} | ${cell(says)} | ${source} |`,
  );
  return `## What a request must be like

One table for browser and server. All findings are listed, blocking ones first, at most ${LEAF_PROFILE.maxDnsNames} of one rule. A corrected openssl command is given with every error and
warning; where the right common name cannot be known it says \`client.example.com\`.

Keys: ${ACCEPTED_KEYS}. Hash: SHA-256, SHA-384 or SHA-512; RSA also as PSS.

| rule | severity | refuses or tells | source |
|---|---|---|---|
${rules.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
