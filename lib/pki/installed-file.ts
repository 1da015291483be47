/** What is wrong with the certificate file that somebody installed, as far as the file itself tells. */
import { X509Certificate } from 'node:crypto';
import type { Finding, Severity } from '@/lib/kernel/findings';
import { looksLikePrivateKey } from './private-key';

export const MAX_INSTALLED_BYTES = 65_536;
const MAX_CERTIFICATES = 10;

export type InstalledFile = {
  /** In the order of the file. */
  certificates: { subject: string; notAfter: Date; sha256Fingerprint: string }[];
  /** Of the certificate a client would present: the first. Null when that is none, or a CA's. */
  leafSha256Fingerprint: string | null;
  findings: Finding[];
};

/**
 * Judges a PEM file for TLS clients: your certificate first, each followed by its issuer.
 * @param text never kept or echoed when it holds a private key
 * @see RFC 8446, 4.4.2
 */
export function readInstalledFile(text: string, now: Date): InstalledFile {
  const nothing = { certificates: [], leafSha256Fingerprint: null };
  if (looksLikePrivateKey(text)) return { ...nothing, findings: [PRIVATE_KEY] };
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return { ...nothing, findings: [noCertificate(text)] };
  if (blocks.length > MAX_CERTIFICATES) {
    const message = `The file has ${blocks.length} certificates; a chain has two or three.`;
    const fix = 'Paste the file your program presents, not a list of trusted CAs.';
    return { ...nothing, findings: [found('error', 'too-many', 'Too many', { message, fix })] };
  }
  const read = blocks.map(certificateOf);
  const damaged = read.indexOf(null);
  if (damaged >= 0) {
    const message = `Certificate ${damaged + 1} of ${blocks.length} cannot be read.`;
    const fix = 'Download the full chain again, and install it unchanged.';
    return { ...nothing, findings: [found('error', 'damaged', 'Damaged', { message, fix })] };
  }
  const chain = read.filter((one) => one !== null);
  const [leaf] = chain;
  return {
    certificates: chain.map((one) => ({
      subject: one.subject.replaceAll('\n', ', '),
      notAfter: new Date(one.validTo),
      sha256Fingerprint: fingerprintOf(one),
    })),
    leafSha256Fingerprint: leaf && !leaf.ca ? fingerprintOf(leaf) : null,
    findings: [...orderFindings(chain), ...(leaf && !leaf.ca ? dateFindings(leaf, now) : [])],
  };
}

function orderFindings(chain: X509Certificate[]): Finding[] {
  const [leaf, next] = chain;
  if (!leaf) return [];
  if (leaf.ca) {
    const own = chain.findIndex((one) => !one.ca);
    if (own < 0) {
      const message = 'The file has CA certificates only. A client presents its own certificate.';
      const fix = 'Install the full chain of your certificate.';
      return [found('error', 'ca-only', 'Your certificate is missing', { message, fix })];
    }
    const message = `Your certificate is number ${own + 1} in the file. Programs present the first one, which is a CA's.`;
    const fix = 'Put your certificate first, then the issuing CA.';
    return [found('error', 'order', 'Wrong order', { message, fix })];
  }
  if (!next) {
    const message = 'The file has your certificate alone, without the CA that issued it.';
    const fix = 'Our edge takes it so. Proxies on the way may not: install the full chain.';
    return [found('warning', 'chain-missing', 'No chain', { message, fix })];
  }
  const broken = chain.findIndex((one, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && !one.checkIssued(issuer);
  });
  if (broken < 0) return [];
  const message = `Certificate ${broken + 2} in the file did not issue certificate ${broken + 1}.`;
  const fix = 'Each certificate is followed by its issuer: install the full chain unchanged.';
  return [found('error', 'chain-broken', 'The chain is broken', { message, fix })];
}

function dateFindings(leaf: X509Certificate, now: Date): Finding[] {
  const from = new Date(leaf.validFrom);
  const to = new Date(leaf.validTo);
  if (now >= to) {
    const message = `It ended on ${to.toISOString().slice(0, 10)}. Calls with it are refused.`;
    return [found('error', 'expired', 'Expired', { message, fix: 'Renew it.' })];
  }
  if (now < from) {
    const message = `It is valid from ${from.toISOString().slice(0, 10)} only.`;
    const fix = 'Wait until then. If that day is over, the clock is wrong.';
    return [found('error', 'not-yet-valid', 'Not yet valid', { message, fix })];
  }
  return [];
}

const PRIVATE_KEY = found('error', 'private-key', 'A private key', {
  message: 'The text holds a private key. It was not kept.',
  fix: 'Paste certificates only. If the key passed through mail or chat, make a new one.',
});

function noCertificate(text: string): Finding {
  const other = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1] ?? null;
  if (other === 'CERTIFICATE REQUEST' || other === 'NEW CERTIFICATE REQUEST') {
    const message = 'This is a signing request (CSR). It is what a certificate is issued for.';
    const fix = 'Install the full chain that was issued for it.';
    return found('error', 'request', 'Not a certificate', { message, fix, value: other });
  }
  const message = 'There is no certificate in PEM here.';
  const fix =
    'Paste the text from -----BEGIN CERTIFICATE----- on. A binary file (DER, PKCS #12) has to be converted: download the full chain.';
  return found('error', 'no-certificate', 'No certificate', { message, fix, value: other });
}

export function found(
  severity: Severity,
  rule: string,
  title: string,
  words: { message: string; fix: string; value?: string | null },
): Finding {
  const { message, fix, value = null } = words;
  const source = 'RFC 8446, 4.4.2';
  return {
    rule,
    severity,
    field: 'file',
    title,
    message,
    fix,
    value,
    mark: null,
    source,
    command: null,
  };
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '');
}
