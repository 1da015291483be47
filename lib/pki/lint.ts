/**
 * The last look before signing, from the very bytes to be signed: a table of rules, each with its clause. Only `lint`
 * makes a LintedDraft, and a signer takes nothing else.
 */
import { createHash } from 'node:crypto';
import type { Finding, Severity } from '@/lib/kernel/findings';
import { DAY_MS } from '@/lib/kernel/time';
import { authorityInfoAccess, crlDistributionPoints, type PkiAddresses } from './addresses';
import { hexOf } from './bytes';
import { bitStringOctets, DerError, equalBytes, TAG } from './der';
import { domainNameFault } from './domain-name';
import { judgeKey } from './key';
import { brokenRule } from './lint-finding';
import {
  CARRIED,
  childrenOf,
  type DraftParts,
  nameParts,
  readDraft,
  textOf,
  UPPER_BOUND,
} from './lint-read';
import { OID } from './oids';
import { ACCOUNT_URI, LEAF_PROFILE } from './profile';
import { signingAlgorithmOf } from './signing-algorithm';

declare const brand: unique symbol;

export type LintedDraft = {
  readonly [brand]: 'LintedDraft';
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
};

type Drafted = { tbsDer: Uint8Array; issuerDer: Uint8Array; addresses: PkiAddresses };
type Rule = {
  id: string;
  /** All of them keep the draft from being signed: what we make ourselves has no business being merely odd. */
  severity: Extract<Severity, 'error'>;
  clause: string;
  says: string;
  holds: (parts: DraftParts, draft: Drafted) => boolean;
};

const EXPECTED: Record<string, { critical: boolean }> = {
  [OID.basicConstraints]: { critical: true },
  [OID.keyUsage]: { critical: true },
  [OID.extendedKeyUsage]: { critical: false },
  [OID.subjectAltName]: { critical: false },
  [OID.subjectKeyIdentifier]: { critical: false },
  [OID.authorityKeyIdentifier]: { critical: false },
  [OID.crlDistributionPoints]: { critical: false },
  [OID.authorityInfoAccess]: { critical: false },
};
const LONGEST_MS = LEAF_PROFILE.validityMs + LEAF_PROFILE.backdateMs;

export const LINT_RULES: readonly Rule[] = [
  {
    id: 'serial-126-bits',
    severity: 'error',
    clause: 'RFC 5280, 4.1.2.2',
    says: 'The serial is positive, 16 octets long, with the top bits 01.',
    holds: ({ serial }) => serial.length === 16 && ((serial[0] ?? 0) & 0xc0) === 0x40,
  },
  {
    id: 'signature-algorithm',
    severity: 'error',
    clause: 'RFC 5280, 4.1.2.3; RFC 5758, 3.2; RFC 4055, 5',
    says: "The signature algorithm is the one of the issuer's key: ecdsa-with-SHA256 for P-256, ecdsa-with-SHA384 for P-384, sha256WithRSAEncryption for RSA.",
    holds: ({ signatureDer }, { issuerDer }) =>
      equalBytes(signatureDer, signingAlgorithmOf(issuerDer).identifierDer),
  },
  {
    id: 'issuer-name',
    severity: 'error',
    clause: 'RFC 5280, 4.1.2.4',
    says: 'The issuer is, byte for byte, the subject of the issuing certificate.',
    holds: ({ issuerDer, issuer }) => equalBytes(issuerDer, issuer.subjectDer),
  },
  {
    id: 'issuer-may-sign',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.3 and 4.2.1.9',
    says: 'The issuing certificate is that of a CA that may sign certificates.',
    holds: ({ issuer }) => issuer.isCa && issuer.signsCertificates,
  },
  {
    id: 'validity',
    severity: 'error',
    clause: 'certificate profile',
    says: `Valid for at most ${LEAF_PROFILE.validityMs / DAY_MS} days and five minutes.`,
    holds: ({ notBefore, notAfter }) => {
      const length = notAfter.getTime() - notBefore.getTime();
      return length > 0 && length <= LONGEST_MS;
    },
  },
  {
    id: 'within-issuer',
    severity: 'error',
    clause: 'RFC 5280, 6.1',
    says: 'It ends no later than its issuer.',
    holds: ({ notAfter, issuer }) => notAfter <= issuer.notAfter,
  },
  {
    id: 'time-encoding',
    severity: 'error',
    clause: 'RFC 5280, 4.1.2.5',
    says: 'Times until 2049 are UTCTime, later ones GeneralizedTime, with seconds and Z.',
    holds: ({ timesEncoded }) => timesEncoded,
  },
  {
    id: 'subject',
    severity: 'error',
    clause: 'RFC 5280, 4.1.2.6 and A.1',
    says: 'The subject is C, ST, L, O, CN in this order, each once and within its bound, O and CN at least; C is a PrintableString, the others are UTF8String.',
    holds: ({ subject }) => {
      const parts = nameParts(subject);
      const types = parts.map((part) => part.type);
      return (
        types.includes('O') &&
        types.includes('CN') &&
        types.join() === CARRIED.filter((type) => types.includes(type)).join() &&
        parts.every(({ type, tag, text }) => {
          const rightTag = tag === (type === 'C' ? TAG.printableString : TAG.utf8String);
          const length = [...text].length;
          return rightTag && length > 0 && length <= (UPPER_BOUND[type] ?? 0);
        })
      );
    },
  },
  {
    id: 'key-policy',
    severity: 'error',
    clause: 'CA/Browser Forum BR, 6.1.5 and 6.1.6',
    says: 'The public key is one that the key policy takes.',
    holds: ({ spki }) => judgeKey(spki).findings.length === 0,
  },
  {
    id: 'extensions-once',
    severity: 'error',
    clause: 'RFC 5280, 4.2',
    says: 'No extension stands there twice.',
    holds: ({ repeated }) => !repeated,
  },
  {
    id: 'extensions-exact',
    severity: 'error',
    clause: 'certificate profile',
    says: 'There are exactly the extensions of the profile, critical as the profile says.',
    holds: ({ extensions }) =>
      extensions.size === Object.keys(EXPECTED).length &&
      [...extensions].every(([oid, { critical }]) => EXPECTED[oid]?.critical === critical),
  },
  {
    id: 'not-a-ca',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.9',
    says: 'Basic constraints say CA:FALSE: an empty sequence.',
    holds: ({ extensions }) => hexIs(extensions.get(OID.basicConstraints), '3000'),
  },
  {
    id: 'key-usage',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.3',
    says: 'Key usage is digitalSignature alone.',
    holds: ({ extensions }) => hexIs(extensions.get(OID.keyUsage), '03020780'),
  },
  {
    id: 'client-auth-only',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.12',
    says: 'Extended key usage is clientAuth alone.',
    holds: ({ extensions }) =>
      hexIs(extensions.get(OID.extendedKeyUsage), '300A06082B06010505070302'),
  },
  {
    id: 'names',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.6',
    says: 'The alternative names are DNS names, each once, the common name first, no wildcard; and last one URI, of account and environment.',
    holds: ({ subject, extensions }) => {
      const names = childrenOf(extensions.get(OID.subjectAltName));
      const dns = names.slice(0, -1).map(textOf);
      const last = names.at(-1);
      const commonName = nameParts(subject).find((part) => part.type === 'CN')?.text;
      return (
        dns.length > 0 &&
        dns[0] === commonName &&
        names.slice(0, -1).every((name) => name.tag === 0x82) &&
        dns.every((name) => domainNameFault(name) === null) &&
        new Set(dns.map((name) => name.toLowerCase())).size === dns.length &&
        last?.tag === 0x86 &&
        ACCOUNT_URI.test(textOf(last))
      );
    },
  },
  {
    id: 'subject-key-identifier',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.2 (1)',
    says: 'It is the SHA-1 of the public key.',
    holds: ({ extensions, spki }) => {
      const key = bitStringOctets(spki.children[1], 'the public key');
      const hash = createHash('sha1').update(key).digest('hex').toUpperCase();
      return hexIs(extensions.get(OID.subjectKeyIdentifier), `0414${hash}`);
    },
  },
  {
    id: 'authority-key-identifier',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.1',
    says: "It equals the issuer's subject key identifier, and holds nothing else.",
    holds: ({ extensions, issuer }) => {
      const [first, ...others] = childrenOf(extensions.get(OID.authorityKeyIdentifier));
      return (
        others.length === 0 &&
        first?.tag === 0x80 &&
        issuer.keyId !== null &&
        equalBytes(first.content, issuer.keyId)
      );
    },
  },
  {
    id: 'crl-address',
    severity: 'error',
    clause: 'RFC 5280, 4.2.1.13',
    says: "There is one CRL distribution point, with the address of the issuer's list.",
    holds: ({ extensions }, { addresses }) =>
      valueIs(extensions.get(OID.crlDistributionPoints), crlDistributionPoints(addresses)),
  },
  {
    id: 'ocsp-address',
    severity: 'error',
    clause: 'RFC 5280, 4.2.2.1',
    says: "The addresses of the OCSP responder and of the issuer's certificate are those of the issuer.",
    holds: ({ extensions }, { addresses }) =>
      valueIs(extensions.get(OID.authorityInfoAccess), authorityInfoAccess(addresses)),
  },
];

/** Every rule that the bytes break; none, and they may be signed. Never throws for bytes. */
export function lint(draft: Drafted): { linted: LintedDraft } | { findings: Finding[] } {
  let parts: DraftParts;
  try {
    parts = readDraft(draft);
  } catch (error) {
    const why = error instanceof DerError ? error.message : String(error);
    return {
      findings: [
        brokenRule({
          id: 'readable',
          clause: 'RFC 5280, 4.1',
          says: `The bytes are not a TBSCertificate: ${why}.`,
        }),
      ],
    };
  }
  const findings = LINT_RULES.filter((rule) => !holds(rule, parts, draft)).map(brokenRule);
  if (findings.length > 0) return { findings };
  return { linted: { tbsDer: draft.tbsDer, issuerDer: draft.issuerDer } as unknown as LintedDraft };
}

// The inside of an extension is read by its own rule; what cannot be read breaks that rule.
function holds(rule: Rule, parts: DraftParts, draft: Drafted): boolean {
  try {
    return rule.holds(parts, draft);
  } catch {
    return false;
  }
}

function hexIs(extension: { value: Uint8Array } | undefined, hex: string): boolean {
  return extension !== undefined && hexOf(extension.value) === hex;
}

function valueIs(extension: { value: Uint8Array } | undefined, der: Uint8Array): boolean {
  return extension !== undefined && equalBytes(extension.value, der);
}
