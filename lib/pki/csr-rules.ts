/**
 * Every rule that a signing request is judged by, once: for the browser, the server and docs/certificate-profile.md.
 * What a finding says about the case at hand stands where the rule is applied.
 */
import type { Severity } from '@/lib/kernel/findings';
import { code, type ProfileText } from './profile-text';

type Row = {
  /** `error` blocks issuing. */
  readonly severity: Severity;
  /** What is refused or told, in a line. */
  readonly says: ProfileText;
  /** An RFC clause, another standard, or "account policy". */
  readonly source: string;
};

export type CsrRule = keyof typeof CSR_RULES;

/** In the order in which an upload is taken apart. */
export const CSR_RULES = {
  'private-key': {
    severity: 'error',
    says: 'the upload is or contains a private key, also encrypted, PKCS #12, OpenSSH, PuTTY or JWK. It is not kept, logged or repeated',
    source: 'RFC 2986, 3',
  },
  'file-size': {
    severity: 'error',
    says: 'more than 65,536 bytes',
    source: 'account policy',
  },
  empty: {
    severity: 'error',
    says: 'nothing but white space',
    source: 'RFC 7468, 7',
  },
  'file-encoding': {
    severity: 'error',
    says: 'text in UTF-16',
    source: 'RFC 7468, 2',
  },
  'not-a-request': {
    severity: 'error',
    says: 'another kind of file, which is named: certificate, public key, PKCS #7, SSH key, PDF, web page ...',
    source: 'RFC 2986, 4',
  },
  'armor-missing': {
    severity: 'error',
    says: 'base 64 without BEGIN and END lines',
    source: 'RFC 7468, 2',
  },
  incomplete: {
    severity: 'error',
    says: 'a BEGIN line without the END line that belongs to it',
    source: 'RFC 7468, 2',
  },
  'one-block': {
    severity: 'error',
    says: 'more than one PEM block',
    source: 'RFC 7468, 2',
  },
  'text-around': {
    severity: 'error',
    says: 'text before or after the block; white space is fine',
    source: 'RFC 7468, 2',
  },
  base64: {
    severity: 'error',
    says: 'damaged base 64',
    source: 'RFC 7468, 2',
  },
  'not-der': {
    severity: 'error',
    says: 'not DER, bytes after the structure, or not the structure of RFC 2986',
    source: 'RFC 2986, 4; X.690, 10',
  },
  'signature-algorithm': {
    severity: 'error',
    says: 'SHA-1, MD5, SHA-224 or an unknown algorithm, which is named',
    source: 'CA/Browser Forum BR, 7.1.3.2',
  },
  signature: {
    severity: 'error',
    says: 'the signature does not verify by the key in the request',
    source: 'RFC 2986, 4.2',
  },
  'signature-unchecked': {
    severity: 'notice',
    says: 'this browser lacks the algorithm; the server verifies',
    source: 'RFC 2986, 4.2',
  },
  'key-type': {
    severity: 'error',
    says: 'another algorithm: DSA, Ed448, ML-DSA, RSA restricted to PSS ...',
    source: 'CA/Browser Forum BR, 6.1.5',
  },
  'key-unreadable': {
    severity: 'error',
    says: 'the key has not the structure of its algorithm',
    source: 'RFC 5280, 4.1.2.7',
  },
  'key-encoding': {
    severity: 'error',
    says: 'parameters or parts that do not belong there: one key has one spelling, so that two accounts cannot share it',
    source: 'RFC 3279, 2.3; RFC 5480, 2; RFC 8410, 3',
  },
  'rsa-size': {
    severity: 'error',
    says: 'another size',
    source: 'CA/Browser Forum BR, 6.1.5',
  },
  'rsa-exponent': {
    severity: 'error',
    says: 'another exponent than 65537',
    source: 'CA/Browser Forum BR, 6.1.6',
  },
  'rsa-modulus': {
    severity: 'error',
    says: 'even, or divisible by a small prime',
    source: 'CA/Browser Forum BR, 6.1.6',
  },
  'rsa-close-primes': {
    severity: 'error',
    says: "primes so close to each other that 100 rounds of Fermat's method find them",
    source: 'CA/Browser Forum BR, 6.1.1.3 (5)',
  },
  'rsa-roca': {
    severity: 'error',
    says: 'made by a chip with the ROCA flaw: the private key can be computed',
    source: 'CA/Browser Forum BR, 6.1.1.3 (5); CVE-2017-15361',
  },
  'ec-curve': {
    severity: 'error',
    says: 'another curve, or explicit parameters',
    source: 'CA/Browser Forum BR, 6.1.5',
  },
  'ec-point': {
    severity: 'error',
    says: 'not uncompressed, or not on its curve',
    source: 'CA/Browser Forum BR, 6.1.6; SP 800-56A, 5.6.2.3',
  },
  'ed25519-point': {
    severity: 'error',
    says: 'not a point, or of small order',
    source: 'RFC 8032, 5.1.3',
  },
  'key-known-weak': {
    severity: 'error',
    says: 'publicly known, or reported as compromised, by whomever; looked up at the server once the signature has verified',
    source: 'CA/Browser Forum BR, 6.1.1.3 (4) and (5)',
  },
  'text-encoding': {
    severity: 'error',
    says: 'a subject value that is neither UTF8String nor PrintableString (or ASCII in another string type), or is damaged',
    source: 'RFC 5280, 4.1.2.4',
  },
  'invisible-character': {
    severity: 'error',
    says: 'control, formatting, bidirectional, private-use or unassigned characters',
    source: 'RFC 5280, 4.1.2.6 and A.1',
  },
  'empty-text': {
    severity: 'error',
    says: 'a value of nothing or of spaces',
    source: 'RFC 5280, 4.1.2.6 and A.1',
  },
  'text-length': {
    severity: 'error',
    says: 'longer than X.520 allows: CN, O, OU 64; ST, L 128',
    source: 'RFC 5280, A.1 (upper bounds)',
  },
  'forbidden-character': {
    severity: 'error',
    says: [
      'one of ',
      code('< > ~ ! @ # $ % ^ * / \\ ( ) ? , &'),
      " in subject text; the account's own legal name is exempt",
    ],
    source: 'account policy',
  },
  'common-name-missing': {
    severity: 'error',
    says: 'no CN',
    source: 'account policy',
  },
  'country-code': {
    severity: 'error',
    says: 'not an assigned code of ISO 3166-1, in capitals',
    source: 'ISO 3166-1; X.520, 6.3.1',
  },
  'duplicate-attribute': {
    severity: 'error',
    says: 'a subject attribute (other than DC) or a request attribute given twice',
    source: 'RFC 5280, 4.1.2.4; RFC 2986, 4.1',
  },
  'duplicate-extension': {
    severity: 'error',
    says: 'an extension asked for twice',
    source: 'RFC 5280, 4.2',
  },
  'wildcard-name': {
    severity: 'error',
    says: 'a wildcard in CN or a DNS name',
    source: 'account policy',
  },
  'ip-address': {
    severity: 'error',
    says: 'an IP address in CN or a DNS name',
    source: 'account policy',
  },
  'name-not-qualified': {
    severity: 'error',
    says: 'CN or DNS name with fewer than two labels, or a top label of digits',
    source: 'account policy',
  },
  'name-syntax': {
    severity: 'error',
    says: 'anything but letters, digits, inner hyphens and dots; international names in their xn-- form',
    source: 'RFC 1123, 2.1; RFC 5280, 4.2.1.6',
  },
  'name-length': {
    severity: 'error',
    says: 'a label of more than 63, a name of more than 253 characters',
    source: 'RFC 1034, 3.1',
  },
  'too-many-names': {
    severity: 'error',
    says: 'more than 100 DNS names',
    source: 'account policy',
  },
  'name-kind': {
    severity: 'error',
    says: 'IP, e-mail, URI or any other alternative name that is not a DNS name',
    source: 'account policy',
  },
  'names-unreadable': {
    severity: 'error',
    says: 'an empty or damaged list of alternative names',
    source: 'RFC 5280, 4.2.1.6',
  },
  'place-missing': {
    severity: 'warning',
    says: 'no C, ST or L',
    source: 'CA/Browser Forum BR, 7.1.2.7',
  },
  'place-abbreviated': {
    severity: 'warning',
    says: 'an abbreviated ST or L',
    source: 'CA/Browser Forum EVG, 7.1.4.2.6',
  },
  organization: {
    severity: 'notice',
    says: "O is missing or another: the certificate carries the account's legal name",
    source: 'account policy',
  },
  'outer-space': {
    severity: 'notice',
    says: 'ST or L starts or ends with a space: the certificate carries it without',
    source: 'certificate profile',
  },
  'attribute-dropped': {
    severity: 'notice',
    says: 'another subject or request attribute: left out',
    source: 'certificate profile',
  },
  'extension-dropped': {
    severity: 'notice',
    says: 'a requested extension: left out',
    source: 'certificate profile',
  },
} as const satisfies Record<string, Row>;
