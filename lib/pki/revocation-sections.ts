/** What is in our revocation lists, OCSP answers and responders' certificates, beside what is in certificates. */
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { CRL_RULES } from './lint-crl';
import { RESPONDER_RULES } from './ocsp-responder';
import { CRL_PROFILE, OCSP_PROFILE, RESPONDER_PROFILE } from './profile';
import { code, type ProfileSection } from './profile-text';

export const REVOCATION_SECTIONS: readonly ProfileSection[] = [
  list(),
  answer(),
  responder(),
  linting(),
];

function list(): ProfileSection {
  return {
    id: 'revocation-list',
    title: 'A revocation list',
    before: ['One for each CA, the root too; complete, never a delta.'],
    table: {
      head: ['field', 'value'],
      rows: [
        ['version', '2'],
        ['signature', "by the CA itself, with the algorithm of the CA's key"],
        ['thisUpdate', 'the moment of making'],
        [
          'nextUpdate',
          `${CRL_PROFILE.validityMs / DAY_MS} days later; made anew within five seconds of a revocation, and when it is a day old. Up to ${CRL_PROFILE.rootValidityMs / DAY_MS} days later for a root whose key is kept on another machine`,
        ],
        [
          'entries',
          `in the order of their serials, each with the time of revocation; one that expired stays for ${CRL_PROFILE.validityMs / DAY_MS} days more`,
        ],
        ['reasonCode', 'the reason that was given; left out for unspecified'],
        ['cRLNumber', 'rises with every list, also after a restore: the signer remembers it'],
        ['authorityKeyIdentifier', "the CA's subject key identifier"],
      ],
    },
    after: [],
  };
}

function answer(): ProfileSection {
  return {
    id: 'ocsp-answer',
    title: 'An OCSP answer',
    before: [
      'GET and POST (RFC 6960, RFC 5019); CertIDs by SHA-1 and SHA-256, several in one request.',
    ],
    table: {
      head: ['field', 'value'],
      rows: [
        ['responderID', "by key: SHA-1 of the responder's public key"],
        [
          'status',
          'revoked with time and reason; good for a certificate that exists and is not; unknown for every other serial',
        ],
        [
          'nextUpdate',
          `${OCSP_PROFILE.validityMs / MINUTE_MS} minutes after thisUpdate; caches on the way may answer for ${OCSP_PROFILE.maxAgeMs / MINUTE_MS} of them`,
        ],
        ['nonce', '1 to 32 octets are repeated, and such an answer is kept by nobody'],
        ['certs', "the responder's certificate"],
        [
          'errors',
          'malformedRequest for what cannot be read and for a nonce of another length, unauthorized for another CA at this address, tryLater while signer or database are away',
        ],
      ],
    },
    after: [],
  };
}

function responder(): ProfileSection {
  return {
    id: 'ocsp-responder',
    title: 'The certificate of an OCSP responder',
    before: [
      'Its key is made in the memory of a portal, stays there, and is another after half of its time.',
    ],
    table: {
      head: ['field', 'value'],
      rows: [
        ['serial', '16 octets, the top two bits 01, 126 random bits'],
        ['signature', 'by the CA it answers for'],
        ['subject', [code('O=<provider>, CN=<name of the CA> OCSP')]],
        [
          'notBefore',
          `the moment of making less ${RESPONDER_PROFILE.backdateMs / MINUTE_MS} minutes`,
        ],
        ['notAfter', `the moment of making plus ${RESPONDER_PROFILE.validityMs / DAY_MS} days`],
        ['public key', 'EC P-256'],
        ['basicConstraints', 'critical; CA:FALSE'],
        ['keyUsage', 'critical; digitalSignature'],
        ['extendedKeyUsage', 'OCSPSigning, nothing else'],
        ['id-pkix-ocsp-nocheck', 'there: nobody asks whether it was revoked'],
        ['subjectKeyIdentifier', 'SHA-1 of the public key'],
        ['authorityKeyIdentifier', "the CA's subject key identifier"],
      ],
    },
    after: [],
  };
}

function linting(): ProfileSection {
  return {
    id: 'revocation-lints',
    title: 'Before a list or a responder is signed',
    before: [
      'Each rule is checked by who asks and again by the signer; one that is broken ends it.',
    ],
    table: {
      head: ['rule', 'holds when', 'clause'],
      rows: [...CRL_RULES, ...RESPONDER_RULES].map(({ id, says, clause }) => [
        [code(id)],
        says,
        clause,
      ]),
    },
    after: [],
  };
}
