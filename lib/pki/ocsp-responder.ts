/**
 * The certificate with which a CA lets a key answer for it: for OCSP and nothing else, good for days, because it says
 * of itself that nobody need ask whether it was revoked.
 */
import type { Finding } from '@/lib/kernel/findings';
import { DAY_MS } from '@/lib/kernel/time';
import { DerError, type DerNode, equalBytes, TAG } from './der';
import { timeDer } from './der-time';
import {
  context,
  octetString,
  oid,
  sequence,
  setOf,
  text,
  tlv,
  unsigned,
  wholeNumber,
} from './der-write';
import { judgeKey } from './key';
import { brokenRule } from './lint-finding';
import { childrenOf, type DraftParts, issuerOf, nameParts, readDraft } from './lint-read';
import { keyHash } from './ocsp-response';
import { OID } from './oids';
import { RESPONDER_PROFILE } from './profile';
import { signingAlgorithmOf } from './signing-algorithm';

declare const brand: unique symbol;

export type LintedResponder = {
  readonly [brand]: 'LintedResponder';
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
};
export type ResponderDraft = {
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

type Rule = {
  id: string;
  clause: string;
  says: string;
  holds: (draft: DraftParts, issuerCertificate: Uint8Array) => boolean;
};

const SUFFIX = ' OCSP';
// X.520 upper bound of a common name, RFC 5280, A.1.
const MAX_NAME = 64;
const DIGITAL_SIGNATURE = Uint8Array.of(0x03, 0x02, 0x07, 0x80);

/**
 * @param input.spkiDer of a P-256 key @param input.serial 16 bytes from `serialFrom`
 * @see RFC 6960, 4.2.2.2
 */
export function draftOcspResponder(input: {
  issuerDer: Uint8Array;
  spkiDer: Uint8Array;
  serial: Uint8Array;
  now: Date;
}): ResponderDraft {
  const { issuerDer, spkiDer } = input;
  const issuer = issuerOf(issuerDer);
  const second = Math.floor(input.now.getTime() / 1000) * 1000;
  const notBefore = new Date(second - RESPONDER_PROFILE.backdateMs);
  const notAfter = new Date(
    Math.min(second + RESPONDER_PROFILE.validityMs, issuer.notAfter.getTime()),
  );
  const extensions = [
    extension(OID.basicConstraints, sequence(), 'critical'),
    extension(OID.keyUsage, DIGITAL_SIGNATURE, 'critical'),
    extension(OID.extendedKeyUsage, sequence(oid(OID.ocspSigning))),
    extension(OID.ocspNoCheck, tlv(TAG.null)),
    extension(OID.subjectKeyIdentifier, octetString(keyHash(spkiDer))),
    extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, issuer.keyId ?? new Uint8Array()))),
  ];
  const tbsDer = sequence(
    context(0, wholeNumber(2)),
    unsigned(input.serial),
    signingAlgorithmOf(issuerDer).identifierDer,
    issuer.subjectDer,
    sequence(timeDer(notBefore), timeDer(notAfter)),
    responderName(issuer.subject),
    spkiDer,
    context(3, sequence(...extensions)),
  );
  return { tbsDer, issuerDer, notBefore, notAfter };
}

/** The issuer's organization, and its common name with OCSP behind it. */
function responderName(issuer: DerNode): Uint8Array {
  const parts = nameParts(issuer);
  const value = (type: string) => parts.find((part) => part.type === type)?.text ?? '';
  const shortened = [...value('CN')].slice(0, MAX_NAME - SUFFIX.length).join('');
  return sequence(
    attribute(OID.organization, value('O')),
    attribute(OID.commonName, `${shortened}${SUFFIX}`),
  );
}

function attribute(id: string, value: string): Uint8Array {
  return setOf(sequence(oid(id), text(TAG.utf8String, value)));
}

function extension(id: string, value: Uint8Array, critical?: 'critical'): Uint8Array {
  const flag = critical ? [tlv(TAG.boolean, Uint8Array.of(0xff))] : [];
  return sequence(oid(id), ...flag, octetString(value));
}

const EXPECTED: Record<string, { critical: boolean }> = {
  [OID.basicConstraints]: { critical: true },
  [OID.keyUsage]: { critical: true },
  [OID.extendedKeyUsage]: { critical: false },
  [OID.ocspNoCheck]: { critical: false },
  [OID.subjectKeyIdentifier]: { critical: false },
  [OID.authorityKeyIdentifier]: { critical: false },
};
const LONGEST_MS = RESPONDER_PROFILE.validityMs + RESPONDER_PROFILE.backdateMs;

export const RESPONDER_RULES: readonly Rule[] = [
  {
    id: 'responder-serial',
    clause: 'RFC 5280, 4.1.2.2',
    says: 'The serial is positive, 16 octets long, with the top bits 01.',
    holds: ({ serial }) => serial.length === 16 && ((serial[0] ?? 0) & 0xc0) === 0x40,
  },
  {
    id: 'responder-signature-algorithm',
    clause: 'RFC 5280, 4.1.2.3',
    says: "The signature algorithm is the one of the issuer's key.",
    holds: ({ signatureDer }, issuerDer) =>
      equalBytes(signatureDer, signingAlgorithmOf(issuerDer).identifierDer),
  },
  {
    id: 'responder-issuer',
    clause: 'RFC 6960, 4.2.2.2',
    says: 'It is issued by the very CA it answers for, and a CA that may sign certificates.',
    holds: ({ issuerDer, issuer }) =>
      equalBytes(issuerDer, issuer.subjectDer) && issuer.isCa && issuer.signsCertificates,
  },
  {
    id: 'responder-validity',
    clause: 'certificate profile',
    says: `Valid for at most ${RESPONDER_PROFILE.validityMs / DAY_MS} days and five minutes, and no longer than its issuer; times until 2049 are UTCTime.`,
    holds: ({ notBefore, notAfter, issuer, timesEncoded }) => {
      const length = notAfter.getTime() - notBefore.getTime();
      return timesEncoded && length > 0 && length <= LONGEST_MS && notAfter <= issuer.notAfter;
    },
  },
  {
    id: 'responder-subject',
    clause: 'certificate profile',
    says: "The subject is the issuer's O, and its CN with OCSP behind it.",
    holds: ({ subject, issuer }) => equalBytes(subject.der, responderName(issuer.subject)),
  },
  {
    id: 'responder-key',
    clause: 'certificate profile',
    says: 'The public key is on P-256.',
    holds: ({ spki }) => {
      const { findings, facts } = judgeKey(spki);
      return findings.length === 0 && facts.label === 'EC P-256';
    },
  },
  {
    id: 'responder-extensions',
    clause: 'certificate profile',
    says: 'There are exactly the extensions of the profile, each once, critical as the profile says.',
    holds: ({ extensions, repeated }) =>
      !repeated &&
      extensions.size === Object.keys(EXPECTED).length &&
      [...extensions].every(([id, { critical }]) => EXPECTED[id]?.critical === critical),
  },
  {
    id: 'responder-not-a-ca',
    clause: 'RFC 5280, 4.2.1.9 and 4.2.1.3',
    says: 'Basic constraints say CA:FALSE, key usage is digitalSignature alone.',
    holds: ({ extensions }) =>
      valueIs(extensions.get(OID.basicConstraints), sequence()) &&
      valueIs(extensions.get(OID.keyUsage), DIGITAL_SIGNATURE),
  },
  {
    id: 'responder-ocsp-only',
    clause: 'RFC 6960, 4.2.2.2',
    says: 'Extended key usage is OCSPSigning alone.',
    holds: ({ extensions }) =>
      valueIs(extensions.get(OID.extendedKeyUsage), sequence(oid(OID.ocspSigning))),
  },
  {
    id: 'responder-no-check',
    clause: 'RFC 6960, 4.2.2.2.1',
    says: 'It says that its own status need not be asked for.',
    holds: ({ extensions }) => valueIs(extensions.get(OID.ocspNoCheck), tlv(TAG.null)),
  },
  {
    id: 'responder-key-identifiers',
    clause: 'RFC 5280, 4.2.1.1 and 4.2.1.2',
    says: "The subject key identifier is the SHA-1 of the public key, the authority key identifier the issuer's.",
    holds: ({ extensions, spki, issuer }) => {
      const [first, ...others] = childrenOf(extensions.get(OID.authorityKeyIdentifier));
      return (
        valueIs(extensions.get(OID.subjectKeyIdentifier), octetString(keyHash(spki.der))) &&
        others.length === 0 &&
        first?.tag === 0x80 &&
        issuer.keyId !== null &&
        equalBytes(first.content, issuer.keyId)
      );
    },
  },
];

/** Every rule that the bytes break; none, and they may be signed. Never throws for bytes. */
export function lintResponder(draft: {
  tbsDer: Uint8Array;
  issuerDer: Uint8Array;
}): { linted: LintedResponder } | { findings: Finding[] } {
  let parts: DraftParts;
  try {
    parts = readDraft(draft);
  } catch (error) {
    const why = error instanceof DerError ? error.message : String(error);
    const says = `The bytes are not a TBSCertificate: ${why}.`;
    return { findings: [brokenRule({ id: 'responder-readable', clause: 'RFC 5280, 4.1', says })] };
  }
  const findings = RESPONDER_RULES.filter((rule) => !holds(rule, parts, draft.issuerDer));
  if (findings.length > 0) return { findings: findings.map(brokenRule) };
  const { tbsDer, issuerDer } = draft;
  return { linted: { tbsDer, issuerDer } as unknown as LintedResponder };
}

function holds(rule: Rule, parts: DraftParts, issuerDer: Uint8Array): boolean {
  try {
    return rule.holds(parts, issuerDer);
  } catch {
    return false;
  }
}

function valueIs(found: { value: Uint8Array } | undefined, der: Uint8Array): boolean {
  return found !== undefined && equalBytes(found.value, der);
}
