/**
 * The last look before signing, from the very bytes to be signed: a table of rules, each with its clause. Only `lint`
 * makes a LintedDraft, and a signer takes nothing else.
 */
import type { Finding } from '@/lib/kernel/findings';
import { DAY_MS } from '@/lib/kernel/time';
import {
  DerError,
  type DerNode,
  equalBytes as equalOctets,
  expect,
  oidText,
  readDer,
  TAG,
} from './der';
import { finding } from './finding';
import { judgeKey } from './key';
import { OID } from './oids';
import { LEAF_PROFILE } from './profile';

declare const brand: unique symbol;

export type LintedDraft = {
  readonly [brand]: 'LintedDraft';
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
};

type Extension = { critical: boolean; value: Uint8Array };

/** A draft as the rules see it. */
type Subject = {
  serial: Uint8Array;
  signatureOid: string;
  issuerDer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  spki: DerNode;
  extensions: Map<string, Extension>;
  repeated: boolean;
  timesEncoded: boolean;
  issuer: { subjectDer: Uint8Array; keyId: Uint8Array | null; notAfter: Date };
};

type Rule = { id: string; clause: string; says: string; holds: (draft: Subject) => boolean };

const EXPECTED: Record<string, { critical: boolean }> = {
  [OID.basicConstraints]: { critical: true },
  [OID.keyUsage]: { critical: true },
  [OID.extendedKeyUsage]: { critical: false },
  [OID.subjectAltName]: { critical: false },
  [OID.subjectKeyIdentifier]: { critical: false },
  [OID.authorityKeyIdentifier]: { critical: false },
};
const LONGEST_MS = LEAF_PROFILE.validityMs + LEAF_PROFILE.backdateMs;

export const LINT_RULES: readonly Rule[] = [
  {
    id: 'serial-126-bits',
    clause: 'RFC 5280, 4.1.2.2',
    says: 'The serial is positive, 16 octets long, with the top bits 01.',
    holds: ({ serial }) => serial.length === 16 && ((serial[0] ?? 0) & 0xc0) === 0x40,
  },
  {
    id: 'signature-algorithm',
    clause: 'RFC 5758, 3.2',
    says: 'The signature algorithm is ecdsa-with-SHA256.',
    holds: ({ signatureOid }) => signatureOid === OID.ecdsaSha256,
  },
  {
    id: 'issuer-name',
    clause: 'RFC 5280, 4.1.2.4',
    says: 'The issuer is, byte for byte, the subject of the issuing certificate.',
    holds: ({ issuerDer, issuer }) => equalOctets(issuerDer, issuer.subjectDer),
  },
  {
    id: 'validity',
    clause: 'certificate profile',
    says: `Valid for at most ${LEAF_PROFILE.validityMs / DAY_MS} days and five minutes.`,
    holds: ({ notBefore, notAfter }) => {
      const length = notAfter.getTime() - notBefore.getTime();
      return length > 0 && length <= LONGEST_MS;
    },
  },
  {
    id: 'within-issuer',
    clause: 'RFC 5280, 6.1',
    says: 'It ends no later than its issuer.',
    holds: ({ notAfter, issuer }) => notAfter <= issuer.notAfter,
  },
  {
    id: 'time-encoding',
    clause: 'RFC 5280, 4.1.2.5',
    says: 'Times until 2049 are UTCTime, later ones GeneralizedTime, with seconds and Z.',
    holds: ({ timesEncoded }) => timesEncoded,
  },
  {
    id: 'key-policy',
    clause: 'CA/Browser Forum BR, 6.1.5 and 6.1.6',
    says: 'The public key is one that the key policy takes.',
    holds: ({ spki }) => judgeKey(spki).findings.length === 0,
  },
  {
    id: 'extensions-once',
    clause: 'RFC 5280, 4.2',
    says: 'No extension stands there twice.',
    holds: ({ repeated }) => !repeated,
  },
  {
    id: 'extensions-exact',
    clause: 'certificate profile',
    says: 'There are exactly the extensions of the profile, critical as the profile says.',
    holds: ({ extensions }) =>
      extensions.size === Object.keys(EXPECTED).length &&
      [...extensions].every(([oid, { critical }]) => EXPECTED[oid]?.critical === critical),
  },
  {
    id: 'not-a-ca',
    clause: 'RFC 5280, 4.2.1.9',
    says: 'Basic constraints say CA:FALSE: an empty sequence.',
    holds: ({ extensions }) => hexIs(extensions.get(OID.basicConstraints), '3000'),
  },
  {
    id: 'key-usage',
    clause: 'RFC 5280, 4.2.1.3',
    says: 'Key usage is digitalSignature alone.',
    holds: ({ extensions }) => hexIs(extensions.get(OID.keyUsage), '03020780'),
  },
  {
    id: 'client-auth-only',
    clause: 'RFC 5280, 4.2.1.12',
    says: 'Extended key usage is clientAuth alone.',
    holds: ({ extensions }) =>
      hexIs(extensions.get(OID.extendedKeyUsage), '300a06082b06010505070302'),
  },
  {
    id: 'names',
    clause: 'RFC 5280, 4.2.1.6',
    says: 'The alternative names are DNS names and, last, one URI.',
    holds: ({ extensions }) => {
      const tags = childrenOf(extensions.get(OID.subjectAltName)).map((node) => node.tag);
      return (
        tags.length >= 2 && tags.at(-1) === 0x86 && tags.slice(0, -1).every((tag) => tag === 0x82)
      );
    },
  },
  {
    id: 'authority-key-identifier',
    clause: 'RFC 5280, 4.2.1.1',
    says: "It equals the issuer's subject key identifier.",
    holds: ({ extensions, issuer }) => {
      const [first] = childrenOf(extensions.get(OID.authorityKeyIdentifier));
      return (
        first?.tag === 0x80 && issuer.keyId !== null && equalOctets(first.content, issuer.keyId)
      );
    },
  },
];

/** Every rule that the bytes break; none, and they may be signed. */
export function lint(draft: {
  tbsDer: Uint8Array;
  issuerDer: Uint8Array;
}): { linted: LintedDraft } | { findings: Finding[] } {
  let subject: Subject;
  try {
    subject = read(draft);
  } catch (error) {
    const why = error instanceof DerError ? error.message : String(error);
    return {
      findings: [
        broken('readable', 'RFC 5280, 4.1', `The bytes are not a TBSCertificate: ${why}.`),
      ],
    };
  }
  const findings = LINT_RULES.filter((rule) => !rule.holds(subject)).map((rule) =>
    broken(rule.id, rule.clause, rule.says),
  );
  if (findings.length > 0) return { findings };
  return { linted: { tbsDer: draft.tbsDer, issuerDer: draft.issuerDer } as unknown as LintedDraft };
}

function broken(id: string, clause: string, says: string): Finding {
  return finding(id, {
    field: 'draft',
    title: 'A draft that may not be signed',
    message: says,
    fix: 'This is a fault of ours. Tell support.',
    source: clause,
  });
}

function read(draft: { tbsDer: Uint8Array; issuerDer: Uint8Array }): Subject {
  const [version, serial, signature, issuer, validity, , spki, extensions, ...more] = expect(
    readDer(draft.tbsDer),
    TAG.sequence,
    'a TBSCertificate',
  ).children;
  if (version?.tag !== 0xa0 || version.children[0]?.content[0] !== 2)
    throw new DerError('not version 3');
  if (more.length > 0) throw new DerError('more parts than a TBSCertificate has');
  const list = extensionsIn(extensions);
  const [from, to] = expect(validity, TAG.sequence, 'the validity').children;
  return {
    serial: expect(serial, TAG.integer, 'the serial').content,
    signatureOid: oidText(signature?.children[0]),
    issuerDer: expect(issuer, TAG.sequence, 'the issuer').der,
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    timesEncoded: [from, to].every(rightlyEncoded),
    spki: expect(spki, TAG.sequence, 'the public key'),
    extensions: new Map(list),
    repeated: new Set(list.map(([oid]) => oid)).size !== list.length,
    issuer: issuerOf(draft.issuerDer),
  };
}

function issuerOf(certificateDer: Uint8Array): Subject['issuer'] {
  const tbs = expect(
    readDer(certificateDer).children[0],
    TAG.sequence,
    'an issuing certificate',
  ).children;
  const keyId = new Map(extensionsIn(tbs[7])).get(OID.subjectKeyIdentifier);
  return {
    subjectDer: expect(tbs[5], TAG.sequence, "the issuer's subject").der,
    notAfter: timeOf(tbs[4]?.children[1]),
    keyId: keyId ? expect(readDer(keyId.value), TAG.octetString, 'a key identifier').content : null,
  };
}

function extensionsIn(node: DerNode | undefined): [string, Extension][] {
  if (node?.tag !== 0xa3) throw new DerError('no extensions');
  return expect(node.children[0], TAG.sequence, 'extensions').children.map((extension) => {
    const critical = extension.children[1]?.tag === TAG.boolean;
    const value = expect(extension.children[critical ? 2 : 1], TAG.octetString, 'an extension');
    return [oidText(extension.children[0]), { critical, value: value.content }];
  });
}

function timeOf(node: DerNode | undefined): Date {
  const text = String.fromCharCode(...(node?.content ?? []));
  const full =
    node?.tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (!parts) throw new DerError('a time that cannot be read');
  const [, year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function rightlyEncoded(node: DerNode | undefined): boolean {
  return node !== undefined && (node.tag === TAG.utcTime) === timeOf(node).getUTCFullYear() < 2050;
}

function childrenOf(extension: Extension | undefined): readonly DerNode[] {
  return extension ? readDer(extension.value).children : [];
}

function hexIs(extension: Extension | undefined, hex: string): boolean {
  return extension !== undefined && Buffer.from(extension.value).toString('hex') === hex;
}
