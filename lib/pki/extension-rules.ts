/** What a request asks for beside a name and a key: the DNS names are vetted, the rest is dropped and said so. */
import type { Finding } from '@/lib/kernel/findings';
import type { ParsedCsr } from './csr-parse';
import { DerError, expect, readDer, TAG } from './der';
import { domainNameFault } from './domain-name';
import { finding } from './finding';
import { OID, REQUESTED_NAME } from './oids';

/** The DNS names asked for, as they stand there, and every finding. @see RFC 5280, 4.2.1.6 RFC 2985, 5.4 */
export function judgeRequested(
  parsed: ParsedCsr,
  maxDnsNames: number,
): { dnsNames: string[]; findings: Finding[] } {
  const findings: Finding[] = [
    ...repeated(parsed.attributes, 'attribute'),
    ...repeated(
      parsed.extensions.map((extension) => extension.oid),
      'extension',
    ),
  ];
  const dnsNames: string[] = [];
  for (const { oid, value } of parsed.extensions) {
    if (oid !== OID.subjectAltName) {
      findings.push(dropped('extension', oid));
      continue;
    }
    const names = alternativeNames(value);
    dnsNames.push(...names.dnsNames);
    findings.push(...names.findings);
  }
  for (const oid of parsed.attributes) {
    const carriesExtensions = oid === OID.extensionRequest || oid === OID.microsoftExtensionRequest;
    if (!carriesExtensions) findings.push(dropped('attribute', oid));
  }
  findings.push(...judgeDnsNames(dnsNames, maxDnsNames));
  return { dnsNames, findings };
}

/** Every finding about DNS names, whether they stand in a request or are typed for one. */
export function judgeDnsNames(dnsNames: readonly string[], maxDnsNames: number): Finding[] {
  const each = dnsNames.slice(0, maxDnsNames).flatMap(judgeDnsName);
  if (dnsNames.length <= maxDnsNames) return each;
  const tooMany = finding('too-many-names', {
    field: 'DNS',
    title: 'Too many names',
    message: `The request has ${dnsNames.length} DNS names; at most ${maxDnsNames} are taken.`,
    fix: 'Keep the names of this one client.',
    value: String(dnsNames.length),
  });
  return [tooMany, ...each];
}

function judgeDnsName(name: string): Finding[] {
  const fault = domainNameFault(name);
  if (fault === null) return [];
  const { rule, title, message, mark } = fault;
  return [
    finding(rule, {
      field: 'DNS',
      title,
      message,
      mark,
      value: name,
      fix: 'Remove this name, or write a fully qualified domain name.',
    }),
  ];
}

// Context tags of GeneralName, RFC 5280, 4.2.1.6.
const DNS_NAME = 0x82;
const OTHER_KINDS: Record<number, string> = {
  129: 'an e-mail address',
  134: 'a URI',
  135: 'an IP address',
  136: 'a registered ID',
  160: 'another name',
  163: 'an X.400 address',
  164: 'a directory name',
  165: 'an EDI party name',
};

function alternativeNames(value: Uint8Array): { dnsNames: string[]; findings: Finding[] } {
  const dnsNames: string[] = [];
  const findings: Finding[] = [];
  try {
    const names = expect(readDer(value), TAG.sequence, 'a list of names').children;
    if (names.length === 0) throw new DerError('an empty list');
    for (const { tag, content } of names) {
      const text = String.fromCharCode(...content.subarray(0, 1024));
      if (tag === DNS_NAME) dnsNames.push(text);
      else findings.push(otherKind(tag, text));
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    findings.push(
      finding('names-unreadable', {
        field: 'SAN',
        title: 'Alternative names that cannot be read',
        message: `The subject alternative name is damaged: ${error.message}.`,
        fix: 'Make the request again with the command below.',
      }),
    );
  }
  return { dnsNames, findings };
}

function otherKind(tag: number, text: string): Finding {
  const kind = OTHER_KINDS[tag] ?? 'a name of an unknown kind';
  return finding('name-kind', {
    field: 'SAN',
    title: 'A name that is not a DNS name',
    message: `The alternative names hold ${kind}; only DNS names are taken.`,
    fix: 'Remove it.',
    value: /^[\x20-\x7e]+$/.test(text) ? text : null,
  });
}

function repeated(oids: readonly string[], what: 'attribute' | 'extension'): Finding[] {
  const seen = new Set<string>();
  const twice = new Set(oids.filter((oid) => seen.size === seen.add(oid).size));
  return [...twice].map((oid) =>
    finding(`duplicate-${what}`, {
      field: what,
      title: `An ${what} given twice`,
      message: `The request holds the ${what} ${nameOf(oid)} more than once.`,
      fix: 'Make the request again with the command below.',
      value: nameOf(oid),
    }),
  );
}

function dropped(what: 'attribute' | 'extension', oid: string): Finding {
  return finding(`${what}-dropped`, {
    field: what,
    title: `An ${what} that is left out`,
    message: `The request asks for ${nameOf(oid)}. The certificate profile decides that, so it is left out.`,
    fix: 'Nothing needs to be done.',
    value: nameOf(oid),
  });
}

function nameOf(oid: string): string {
  return REQUESTED_NAME[oid] ?? oid;
}
