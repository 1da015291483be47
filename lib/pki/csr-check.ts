/**
 * Judges a signing request: everything that is in it, and everything that is wrong with it. The same code runs in the
 * browser, before anything is sent, and at the server.
 */
import { type Finding, passes } from '@/lib/kernel/findings';
import { hexOf, sha256 } from './bytes';
import { isCommandKey, opensslCommand } from './csr-command';
import { MAX_CSR_BYTES, readCsrFile, unlike } from './csr-file';
import { type ParsedCsr, parseCsr } from './csr-parse';
import { DerError } from './der';
import { domainNameFault, mendedName } from './domain-name';
import { judgeRequested } from './extension-rules';
import { finding, inOrder } from './finding';
import { judgeKey, type KeyFacts, signatureScheme, signatureVerifies } from './key';
import { isCountry, spelledOutState } from './places';
import {
  FORBIDDEN_CHARACTERS,
  judgeSubject,
  type SubjectValue,
  subjectText,
} from './subject-rules';

export { looksLikePrivateKey } from './private-key';

export type CsrContext = {
  /** The account's legal name: what the certificate will carry as organization. */
  legalName: string;
  forbiddenCharacters?: string;
  maxCsrBytes?: number;
  maxDnsNames?: number;
};

export type CsrFacts = {
  subject: SubjectValue[];
  commonName: string | null;
  dnsNames: string[];
  key: KeyFacts;
  signatureAlgorithm: string;
  signatureVerifies: boolean;
  spkiSha256Hex: string;
  sizeBytes: number;
};

declare const brand: unique symbol;

/** A request that passed: all that may cross over into a certificate. Only `checkCsr` makes one. */
export type VerifiedCsr = {
  readonly [brand]: 'VerifiedCsr';
  readonly spkiDer: Uint8Array;
  readonly spkiSha256Hex: string;
  readonly commonName: string;
  readonly country: string | null;
  readonly state: string | null;
  readonly locality: string | null;
  readonly dnsNames: readonly string[];
};

export type CsrCheck = { facts: CsrFacts | null; findings: Finding[]; csr: VerifiedCsr | null };

const MAX_DNS_NAMES = 100;

/**
 * Never throws for input: whatever is wrong is a finding, and an empty list means fine.
 * @param input PEM text, or the octets of a PEM or DER file
 * @returns findings in order, blocking ones first; `csr` when nothing blocks
 * @see RFC 2986
 */
export async function checkCsr(input: string | Uint8Array, context: CsrContext): Promise<CsrCheck> {
  const file = readCsrFile(input, context.maxCsrBytes ?? MAX_CSR_BYTES);
  if ('finding' in file) return rejected([file.finding], context);
  let parsed: ParsedCsr;
  try {
    parsed = parseCsr(file.der);
  } catch (error) {
    return rejected([unreadable(error)], context);
  }
  try {
    return await judge(parsed, file.sizeBytes, context);
  } catch (error) {
    return rejected([unreadable(error)], context);
  }
}

async function judge(parsed: ParsedCsr, sizeBytes: number, context: CsrContext): Promise<CsrCheck> {
  const named = subjectText(parsed.subject);
  const key = judgeKey(parsed.spki);
  const requested = judgeRequested(parsed, context.maxDnsNames ?? MAX_DNS_NAMES);
  const signature = await judgeSignature(parsed, key);
  const facts: CsrFacts = {
    subject: named.subject,
    commonName: subjectValue(named.subject, 'CN'),
    dnsNames: requested.dnsNames,
    key: key.facts,
    signatureAlgorithm: signature.name,
    signatureVerifies: signature.verifies,
    spkiSha256Hex: hexOf(await sha256(parsed.spki.der)),
    sizeBytes,
  };
  const found = inOrder([
    ...signature.findings,
    ...key.findings,
    ...named.findings,
    ...judgeSubject(named.subject, {
      legalName: context.legalName,
      forbiddenCharacters: context.forbiddenCharacters ?? FORBIDDEN_CHARACTERS,
    }),
    ...requested.findings,
  ]);
  const findings = withCommand(found, correctedCommand(facts, context.legalName));
  return { facts, findings, csr: passes(findings) ? verified(parsed, facts) : null };
}

async function judgeSignature(
  parsed: ParsedCsr,
  key: { facts: KeyFacts; findings: Finding[] },
): Promise<{ name: string; verifies: boolean; findings: Finding[] }> {
  const { name, scheme } = signatureScheme(parsed.signatureAlgorithm);
  if (scheme === null) {
    const refusal = finding('signature-algorithm', {
      field: 'signature',
      title: 'A signature algorithm that is not taken',
      message: `The request is signed with ${name}. SHA-256 or better is needed.`,
      fix: 'Make the request again with the command below.',
      value: name,
      source: 'CA/Browser Forum BR, 7.1.3.2',
    });
    return { name, verifies: false, findings: [refusal] };
  }
  // A key that is refused is not worked with: a modulus of any size could be made to cost any time.
  if (key.findings.length > 0) return { name, verifies: false, findings: [] };
  const verifies = await signatureVerifies({
    spkiDer: parsed.spki.der,
    key: key.facts,
    scheme,
    signature: parsed.signature,
    signed: parsed.infoDer,
  });
  const refusal = finding('signature', {
    field: 'signature',
    title: 'A signature that does not verify',
    message: 'The request was changed after it was signed, or it was signed with another key.',
    fix: 'Make the request again from your key.',
    source: 'RFC 2986, 4.2',
  });
  return { name, verifies, findings: verifies ? [] : [refusal] };
}

function verified(parsed: ParsedCsr, facts: CsrFacts): VerifiedCsr {
  const { commonName } = facts;
  if (commonName === null) throw new Error('a request that passes has a common name');
  return {
    spkiDer: parsed.spki.der,
    spkiSha256Hex: facts.spkiSha256Hex,
    commonName,
    country: subjectValue(facts.subject, 'C'),
    state: subjectValue(facts.subject, 'ST'),
    locality: subjectValue(facts.subject, 'L'),
    dnsNames: facts.dnsNames,
  } as unknown as VerifiedCsr;
}

function correctedCommand(facts: CsrFacts, legalName: string): string {
  const commonName = mended(facts.commonName) ?? 'client.example.com';
  const country = subjectValue(facts.subject, 'C')?.toUpperCase() ?? null;
  const state = subjectValue(facts.subject, 'ST');
  const plainText = (value: string | null) =>
    value === null
      ? null
      : [...value]
          .filter((one) => !FORBIDDEN_CHARACTERS.includes(one) && !/[\p{Cc}\p{Cf}]/u.test(one))
          .join('')
          .trim() || null;
  return opensslCommand({
    commonName,
    organization: legalName,
    country: country !== null && isCountry(country) ? country : null,
    state: plainText(state === null ? null : (spelledOutState(state) ?? state)),
    locality: plainText(subjectValue(facts.subject, 'L')),
    dnsNames: facts.dnsNames.flatMap((name) => mended(name) ?? []).slice(0, MAX_DNS_NAMES),
    key: isCommandKey(facts.key.label) ? facts.key.label : 'EC P-256',
  });
}

function mended(name: string | null): string | null {
  if (name === null) return null;
  return domainNameFault(name) === null ? name : mendedName(name);
}

function rejected(findings: Finding[], { legalName }: CsrContext): CsrCheck {
  const command = opensslCommand({
    commonName: 'client.example.com',
    organization: legalName,
    dnsNames: [],
    key: 'EC P-256',
  });
  return { facts: null, findings: withCommand(findings, command), csr: null };
}

function withCommand(findings: Finding[], command: string): Finding[] {
  return findings.map((one) => (one.severity === 'notice' ? one : { ...one, command }));
}

function unreadable(error: unknown): Finding {
  const why = error instanceof DerError ? error.message : 'its structure is damaged';
  if (why === 'the structure of a certificate') return unlike('a certificate');
  return finding('not-der', {
    field: 'file',
    title: 'A request that cannot be read',
    message: `The file is not a signing request in DER: ${why}.`,
    fix: 'Copy or upload the file again, whole. If that does not help, make it again with the command below.',
    source: 'RFC 2986, 4; X.690, 10',
  });
}

function subjectValue(subject: readonly SubjectValue[], type: string): string | null {
  return subject.find((one) => one.type === type)?.value ?? null;
}
