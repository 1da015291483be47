/** What is in every certificate we make, and what a signing request must be like: for docs and for the page /pki. */
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { CSR_RULES } from './csr-rules';
import { ACCEPTED_KEYS } from './key';
import { LINT_RULES } from './lint';
import { accountUri, ISSUING_PROFILE, LEAF_PROFILE, ROOT_PROFILE } from './profile';
import { code, type ProfileSection } from './profile-text';
import { REVOCATION_SECTIONS } from './revocation-sections';

/** In the order in which they are read. */
export const PROFILE_SECTIONS: readonly ProfileSection[] = [
  leaf(),
  authorities(),
  linting(),
  ...REVOCATION_SECTIONS,
  requests(),
];

function days(milliseconds: number): number {
  return milliseconds / DAY_MS;
}

function years(milliseconds: number): number {
  return Math.floor(milliseconds / DAY_MS / 365);
}

function leaf(): ProfileSection {
  return {
    id: 'client-certificate',
    title: 'A client certificate',
    before: [
      'The CSR is evidence, not an order: its public key and its vetted names cross over, and nothing else.',
    ],
    table: {
      head: ['field', 'value'],
      rows: [
        ['version', '3'],
        ['serial', '16 octets, the top two bits 01, 126 random bits'],
        [
          'signature',
          'by the issuing CA of the environment: ecdsa-with-SHA256 (P-256, the default), ecdsa-with-SHA384 (P-384) or sha256WithRSAEncryption',
        ],
        [
          'subject',
          "C, ST, L (as requested), O (always the account's legal name), CN; UTF8String, C PrintableString. Everything else in the request's subject is left out",
        ],
        [
          'notBefore',
          `the moment of issuing less ${LEAF_PROFILE.backdateMs / MINUTE_MS} minutes, for clocks that are a little late`,
        ],
        [
          'notAfter',
          `the moment of issuing plus ${days(LEAF_PROFILE.validityMs)} days; a CA that does not last as long issues nothing more`,
        ],
        ['public key', 'the SPKI of the request, byte for byte'],
        ['basicConstraints', 'critical; CA:FALSE'],
        ['keyUsage', 'critical; digitalSignature'],
        ['extendedKeyUsage', 'clientAuth, nothing else: servers cannot be run with it'],
        [
          'subjectAltName',
          [
            `the common name, the other DNS names (at most ${LEAF_PROFILE.maxDnsNames}) in their order, each once; last `,
            code(accountUri('<account>', '<environment>')),
          ],
        ],
        ['subjectKeyIdentifier', 'SHA-1 of the public key (RFC 5280, 4.2.1.2, method 1)'],
        ['authorityKeyIdentifier', "the issuing CA's subject key identifier"],
        ['cRLDistributionPoints', [code('<PKI_URL>/pki/<issuer>/ca.crl')]],
        [
          'authorityInfoAccess',
          [
            'OCSP at ',
            code('<PKI_URL>/pki/<issuer>/ocsp'),
            ", the issuing CA's certificate at ",
            code('<PKI_URL>/pki/<issuer>/ca.crt'),
          ],
        ],
      ],
    },
    after: [],
  };
}

function authorities(): ProfileSection {
  return {
    id: 'ca-certificates',
    title: 'The CAs',
    before: [],
    table: {
      head: ['', 'root', 'issuing, one per environment'],
      rows: [
        [
          'name',
          [code('O=<provider>, CN=<provider> Root CA')],
          [code('O=<provider>, CN=<provider> Production Client CA 1')],
        ],
        ['key', 'EC P-384', 'EC P-256'],
        ['signed with', 'ECDSA with SHA-384, by itself', 'ECDSA with SHA-384, by the root'],
        [
          'validity',
          `${days(ROOT_PROFILE.validityMs)} days (${years(ROOT_PROFILE.validityMs)} years)`,
          `${days(ISSUING_PROFILE.validityMs)} days (${years(ISSUING_PROFILE.validityMs)} years)`,
        ],
        [
          'basicConstraints',
          'critical; CA:TRUE',
          `critical; CA:TRUE, pathlen ${ISSUING_PROFILE.pathLength}`,
        ],
        ['keyUsage', 'critical; keyCertSign, cRLSign', 'the same'],
        ['extendedKeyUsage', 'none', 'clientAuth: no leaf below it is good for anything else'],
      ],
    },
    after: [
      [
        'The keys are sealed by AES-256-GCM under a key that scrypt (N = 2^17, r = 8, p = 1) derives from the CA passphrase. Judged in tests by\n',
        code('openssl verify -x509_strict -purpose sslclient'),
        '.',
      ],
    ],
  };
}

function linting(): ProfileSection {
  return {
    id: 'lints',
    title: 'Before and after signing',
    before: [
      [
        code('lint'),
        ' reads the very bytes to be signed and checks every rule below; only its result can be handed to a signer, which lints again. After signing,\n',
        code('crossCheck'),
        " has OpenSSL (node:crypto) verify the signature by the issuer's key, and compares serial, public key and bytes with the intent.",
      ],
    ],
    table: {
      head: ['rule', 'severity', 'holds when', 'clause'],
      rows: LINT_RULES.map(({ id, severity, clause, says }) => [
        [code(id)],
        severity,
        says,
        clause,
      ]),
    },
    after: [],
  };
}

function requests(): ProfileSection {
  return {
    id: 'requests',
    title: 'What a request must be like',
    before: [
      [
        `One table for browser and server. All findings are listed, blocking ones first, at most ${LEAF_PROFILE.maxDnsNames} of one rule. A corrected openssl command is given with every error and\nwarning; where the right common name cannot be known it says `,
        code('client.example.com'),
        '.',
      ],
      `Keys: ${ACCEPTED_KEYS}. Hash: SHA-256, SHA-384 or SHA-512; RSA also as PSS.`,
    ],
    table: {
      head: ['rule', 'severity', 'refuses or tells', 'source'],
      rows: Object.entries(CSR_RULES).map(([id, { severity, says, source }]) => [
        [code(id)],
        severity,
        says,
        source,
      ]),
    },
    after: [],
  };
}
