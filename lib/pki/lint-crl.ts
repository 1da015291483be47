/**
 * The last look at a revocation list before it is signed, from the very bytes to be signed. Only `lintCrl` makes a
 * LintedCrl, and a signer takes nothing else. Quick enough for 5 MB: each octet is looked at once.
 */
import type { Finding } from '@/lib/kernel/findings';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { type CrlParts, readCrlDraft } from './crl-read';
import { DerError, equalBytes, expect, readDer, TAG } from './der';
import { brokenRule } from './lint-finding';
import { childrenOf } from './lint-read';
import { OID } from './oids';
import { CRL_PROFILE } from './profile';
import { signingAlgorithmOf } from './signing-algorithm';

declare const brand: unique symbol;

export type LintedCrl = {
  readonly [brand]: 'LintedCrl';
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly number: number;
  readonly entries: number;
};

type Asked = { tbsDer: Uint8Array; issuerDer: Uint8Array; now: Date };
type Rule = {
  id: string;
  clause: string;
  says: string;
  holds: (parts: CrlParts, asked: Asked) => boolean;
};

/** Clocks of portal and signer, and the time a long list takes. */
const MAX_AHEAD_MS = MINUTE_MS;
const MAX_AGE_MS = 20 * MINUTE_MS;
/** A safe integer has 53 bits; the RFC would take 20 octets. */
const MAX_NUMBER_BYTES = 7;

export const CRL_RULES: readonly Rule[] = [
  {
    id: 'crl-version',
    clause: 'RFC 5280, 5.1.2.1',
    says: 'It is version 2, since it has extensions.',
    holds: ({ version }) => version === 1,
  },
  {
    id: 'crl-signature-algorithm',
    clause: 'RFC 5280, 5.1.1.2',
    says: "The signature algorithm is the one of the issuer's key.",
    holds: ({ signatureDer }, { issuerDer }) =>
      equalBytes(signatureDer, signingAlgorithmOf(issuerDer).identifierDer),
  },
  {
    id: 'crl-issuer-name',
    clause: 'RFC 5280, 5.1.2.3',
    says: 'The issuer is, byte for byte, the subject of the issuing certificate.',
    holds: ({ issuerDer, issuer }) => equalBytes(issuerDer, issuer.subjectDer),
  },
  {
    id: 'crl-issuer-may-sign',
    clause: 'RFC 5280, 4.2.1.3',
    says: 'The issuing certificate is that of a CA that may sign CRLs.',
    holds: ({ issuer }) => issuer.isCa && issuer.signsCrls,
  },
  {
    id: 'crl-this-update',
    clause: 'RFC 5280, 5.1.2.4',
    says: 'It is of now: at most 20 minutes old and not from the future.',
    holds: ({ thisUpdate }, { now }) => {
      const age = now.getTime() - thisUpdate.getTime();
      return age <= MAX_AGE_MS && age >= -MAX_AHEAD_MS;
    },
  },
  {
    id: 'crl-next-update',
    clause: 'RFC 5280, 5.1.2.5',
    says: `The next list is promised within ${CRL_PROFILE.validityMs / DAY_MS} days, that of a root within ${CRL_PROFILE.rootValidityMs / DAY_MS}.`,
    holds: ({ thisUpdate, nextUpdate, issuer }) => {
      const length = nextUpdate.getTime() - thisUpdate.getTime();
      const longest = issuer.aboveCas ? CRL_PROFILE.rootValidityMs : CRL_PROFILE.validityMs;
      return length > 0 && length <= longest;
    },
  },
  {
    id: 'crl-time-encoding',
    clause: 'RFC 5280, 5.1.2.4',
    says: 'Times until 2049 are UTCTime, later ones GeneralizedTime, with seconds and Z.',
    holds: ({ timesEncoded }) => timesEncoded,
  },
  {
    id: 'crl-entries',
    clause: 'RFC 5280, 5.1.2.6 and 5.3.1',
    says: 'Each entry has a serial of 16 octets above the one before it, a time, and a known reason or none; an empty list is left out.',
    holds: ({ entries }) => entries.fault === null,
  },
  {
    id: 'crl-extensions',
    clause: 'RFC 5280, 5.2',
    says: 'There are exactly two extensions, neither critical: authority key identifier and CRL number.',
    holds: ({ extensions, repeated }) =>
      !repeated &&
      extensions.size === 2 &&
      [OID.authorityKeyIdentifier, OID.crlNumber].every(
        (id) => extensions.get(id)?.critical === false,
      ),
  },
  {
    id: 'crl-number',
    clause: 'RFC 5280, 5.2.3',
    says: 'The CRL number is positive and below 2^53.',
    holds: (parts) => numberOf(parts) > 0,
  },
  {
    id: 'crl-authority-key-identifier',
    clause: 'RFC 5280, 5.2.1',
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
];

/** Every rule that the bytes break; none, and they may be signed. Never throws for bytes. */
export function lintCrl(asked: Asked): { linted: LintedCrl } | { findings: Finding[] } {
  let parts: CrlParts;
  try {
    parts = readCrlDraft(asked);
  } catch (error) {
    const why = error instanceof DerError ? error.message : String(error);
    const says = `The bytes are not a TBSCertList: ${why}.`;
    return { findings: [brokenRule({ id: 'crl-readable', clause: 'RFC 5280, 5.1', says })] };
  }
  const findings = CRL_RULES.filter((rule) => !holds(rule, parts, asked)).map(brokenRule);
  if (findings.length > 0) return { findings };
  const { tbsDer, issuerDer } = asked;
  const linted = { tbsDer, issuerDer, number: numberOf(parts), entries: parts.entries.count };
  return { linted: linted as unknown as LintedCrl };
}

// What cannot be read inside an extension breaks the rule of that extension.
function holds(rule: Rule, parts: CrlParts, asked: Asked): boolean {
  try {
    return rule.holds(parts, asked);
  } catch {
    return false;
  }
}

/** 0 when it is not one that we take. @throws DerError when there is none */
function numberOf({ extensions }: CrlParts): number {
  const value = extensions.get(OID.crlNumber)?.value ?? new Uint8Array();
  const { content } = expect(readDer(value), TAG.integer, 'a CRL number');
  if (content.length > MAX_NUMBER_BYTES || (content[0] ?? 0x80) >= 0x80) return 0;
  const number = content.reduce((sum, octet) => sum * 256 + octet, 0);
  return Number.isSafeInteger(number) ? number : 0;
}
