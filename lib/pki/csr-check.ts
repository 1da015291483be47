/**
 * Judges a signing request: everything that is in it, and everything that is wrong with it. The same code runs in the
 * browser, before anything is sent, and at the server.
 */
import { type Finding, passes } from '@/lib/kernel/findings';
import { hexOf, sha256 } from './bytes';
import { correctedCommand, PLACEHOLDER_NAME } from './corrected-command';
import { opensslCommand } from './csr-command';
import { MAX_CSR_BYTES, readCsrFile, unlike } from './csr-file';
import { OtherStructure, type ParsedCsr, parseCsr } from './csr-parse';
import { DerError } from './der';
import { judgeRequested } from './extension-rules';
import { arranged, finding } from './finding';
import { judgeKey, type KeyFacts, knownWeakKey, signatureScheme, verifySignature } from './key';
import { otherStructure } from './other-files';
import { FORBIDDEN_CHARACTERS } from './profile';
import { renewalRequest } from './renewal-request';
import { judgeSubject, type SubjectValue, subjectText } from './subject-rules';

export { looksLikePrivateKey } from './private-key';

export type CsrContext = {
  /** The account's legal name: what the certificate will carry as organization. */
  legalName: string;
  forbiddenCharacters?: string;
  maxCsrBytes?: number;
  maxDnsNames?: number;
  /**
   * Whether a public key, by the SHA-256 of its SPKI in upper-case hexadecimal, is known to others or reported as
   * compromised. Left out in a browser, which knows no such list.
   */
  isKnownWeak?: (spkiSha256Hex: string) => Promise<boolean>;
};

export type CsrFacts = {
  subject: SubjectValue[];
  commonName: string | null;
  dnsNames: string[];
  key: KeyFacts;
  signatureAlgorithm: string;
  signatureVerifies: boolean;
  spkiSha256Hex: string;
  /** Of the DER, whatever it was wrapped in. */
  sizeBytes: number;
};

declare const brand: unique symbol;

/** A request that passed: all that may cross over into a certificate. Only `checkCsr` and `checkRenewal` make one. */
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
    const prove = (key: JudgedKey) => judgeSignature(parsed, key);
    return await judge(parsed, { sizeBytes: file.der.length, prove }, context);
  } catch (error) {
    return rejected([unreadable(error)], context);
  }
}

/**
 * Judges the key and the names of a certificate of ours for one more certificate with them, by the rules of today: what
 * was taken once may be refused now. Possession of the key was proved when the certificate was issued.
 * @param certificateDer a client certificate of the same account
 * @throws DerError for what is none of ours
 * @see RFC 4211, 4; docs/decisions/0010
 */
export function checkRenewal(certificateDer: Uint8Array, context: CsrContext): Promise<CsrCheck> {
  const parsed = renewalRequest(certificateDer);
  const prove = async () => ({ name: 'proved at its first issue', verifies: true, findings: [] });
  return judge(parsed, { sizeBytes: certificateDer.length, prove }, context);
}

type JudgedKey = { facts: KeyFacts; findings: Finding[] };
type Proof = { name: string; verifies: boolean; findings: Finding[] };

async function judge(
  parsed: ParsedCsr,
  { sizeBytes, prove }: { sizeBytes: number; prove: (key: JudgedKey) => Promise<Proof> },
  context: CsrContext,
): Promise<CsrCheck> {
  const named = subjectText(parsed.subject);
  const key = judgeKey(parsed.spki);
  const requested = judgeRequested(parsed, context.maxDnsNames ?? MAX_DNS_NAMES);
  const signature = await prove(key);
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
  const limits = {
    legalName: context.legalName,
    forbiddenCharacters: context.forbiddenCharacters ?? FORBIDDEN_CHARACTERS,
  };
  // Asked only for whoever proves to hold the key: nobody shall ask about keys of others.
  const isKnown = signature.verifies && (await context.isKnownWeak?.(facts.spkiSha256Hex)) === true;
  const found = arranged([
    ...signature.findings,
    ...key.findings,
    ...(isKnown ? [knownWeakKey()] : []),
    ...named.findings,
    ...judgeSubject(named.subject, limits),
    ...requested.findings,
  ]);
  const findings = withCommand(found, correctedCommand(facts, limits));
  const accepted = passes(findings) && signature.verifies;
  return { facts, findings, csr: accepted ? verified(parsed, facts) : null };
}

async function judgeSignature(parsed: ParsedCsr, key: JudgedKey): Promise<Proof> {
  const { name, scheme } = signatureScheme(parsed.signatureAlgorithm);
  if (scheme === null) {
    const refusal = finding('signature-algorithm', {
      field: 'signature',
      title: 'A signature algorithm that is not taken',
      message: `The request is signed with ${name}. SHA-256 or better is needed.`,
      fix: 'Make the request again with the command below.',
      value: name,
    });
    return { name, verifies: false, findings: [refusal] };
  }
  // A key that is refused is not worked with: a modulus of any size could be made to cost any time.
  if (key.findings.length > 0) return { name, verifies: false, findings: [] };
  const outcome = await verifySignature({
    spkiDer: parsed.spki.der,
    key: key.facts,
    scheme,
    signature: parsed.signature,
    signed: parsed.infoDer,
  });
  if (outcome === 'verifies') return { name, verifies: true, findings: [] };
  const found = outcome === 'unsupported' ? unchecked(name) : notVerified();
  return { name, verifies: false, findings: [found] };
}

function notVerified(): Finding {
  return finding('signature', {
    field: 'signature',
    title: 'A signature that does not verify',
    message: 'The request was changed after it was signed, or it was signed with another key.',
    fix: 'Make the request again from your key.',
  });
}

// Browsers from before 2025 lack Ed25519; that is no fault of the request, and the server can tell.
function unchecked(name: string): Finding {
  return finding('signature-unchecked', {
    field: 'signature',
    title: 'A signature that is checked later',
    message: `This browser cannot verify ${name}. We verify it when you send the request.`,
    fix: 'Nothing needs to be done.',
    value: name,
  });
}

function verified(parsed: ParsedCsr, facts: CsrFacts): VerifiedCsr {
  const { commonName } = facts;
  if (commonName === null) throw new Error('a request that passes has a common name');
  return {
    spkiDer: parsed.spki.der,
    spkiSha256Hex: facts.spkiSha256Hex,
    commonName,
    country: subjectValue(facts.subject, 'C'),
    state: subjectValue(facts.subject, 'ST')?.trim() ?? null,
    locality: subjectValue(facts.subject, 'L')?.trim() ?? null,
    dnsNames: facts.dnsNames,
  } as unknown as VerifiedCsr;
}

function rejected(findings: Finding[], { legalName }: CsrContext): CsrCheck {
  const command = opensslCommand({
    commonName: PLACEHOLDER_NAME,
    organization: legalName,
    dnsNames: [],
    key: 'EC P-256',
  });
  return { facts: null, findings: withCommand(findings, command), csr: null };
}

// A hundred names of ordinary length fit. A longer command is given once: repeated, it would make a reply of megabytes.
const MAX_REPEATED_COMMAND = 4_000;

function withCommand(findings: Finding[], command: string): Finding[] {
  return findings.map((one, index) => {
    const isLeftOut = index > 0 && command.length > MAX_REPEATED_COMMAND;
    return one.severity === 'notice' || isLeftOut ? one : { ...one, command };
  });
}

function unreadable(error: unknown): Finding {
  if (error instanceof OtherStructure) return unlike(otherStructure(error.what));
  const why = error instanceof DerError ? error.message : 'its structure is damaged';
  return finding('not-der', {
    field: 'file',
    title: 'A request that cannot be read',
    message: `The file is not a signing request in DER: ${why}.`,
    fix: 'Copy or upload the file again, whole. If that does not help, make it again with the command below.',
  });
}

function subjectValue(subject: readonly SubjectValue[], type: string): string | null {
  return subject.find((one) => one.type === type)?.value ?? null;
}
