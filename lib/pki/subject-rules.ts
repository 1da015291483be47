/** What is said about the subject: C, ST, L, O and CN cross over; everything else is dropped, and said so. */
import type { Finding } from '@/lib/kernel/findings';
import type { SubjectAttribute } from './csr-parse';
import { TAG } from './der';
import { described, domainNameFault } from './domain-name';
import { finding } from './finding';
import { SUBJECT_TYPE } from './oids';
import { countryMeant, isCountry, looksAbbreviated, spelledOutState } from './places';

export type SubjectValue = { type: string; value: string };

const CARRIED = ['C', 'ST', 'L', 'O', 'CN'];
/** Text of these has its own syntax, in which an @ is at home; they are dropped in any case. */
const OWN_SYNTAX = new Set(['emailAddress', 'DC', 'UID']);
/** Several of them are how such names are written. */
const MAY_REPEAT = new Set(['DC']);
// X.520 upper bounds, RFC 5280, A.1.
const UPPER_BOUND: Record<string, number> = {
  CN: 64,
  O: 64,
  OU: 64,
  ST: 128,
  L: 128,
  street: 128,
  title: 64,
  serialNumber: 64,
  emailAddress: 255,
};

/** The subject as text. What is not properly encoded is a finding, and shown as far as it can be read. */
export function subjectText(attributes: readonly SubjectAttribute[]): {
  subject: SubjectValue[];
  findings: Finding[];
} {
  const findings: Finding[] = [];
  const subject = attributes.map(({ oid, tag, bytes }) => {
    const type = SUBJECT_TYPE[oid] ?? oid;
    const value = decoded(tag, bytes);
    const shown = value ?? lossy(tag, bytes);
    if (value === null) {
      findings.push(
        finding('text-encoding', {
          field: type,
          title: 'Text in an encoding that is not taken',
          message:
            'Subject text is UTF8String or PrintableString; this one is of another type or damaged.',
          fix: 'Make the request again with the command below.',
          value: shown,
        }),
      );
    }
    return { type, value: shown };
  });
  return { subject, findings };
}

/** Every finding about a subject. @see RFC 5280, 4.1.2.6 and A.1 */
export function judgeSubject(
  subject: readonly SubjectValue[],
  context: { legalName: string; forbiddenCharacters: string },
): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { type, value } of subject) {
    if (seen.has(type) && !MAY_REPEAT.has(type)) findings.push(duplicate(type, value));
    seen.add(type);
    findings.push(...judgeText(type, value, context));
    if (!CARRIED.includes(type)) findings.push(dropped(type, value));
  }
  findings.push(
    ...judgeCommonName(subject),
    ...judgePlaces(subject),
    ...judgeOrganization(subject, context),
  );
  return findings;
}

// Controls, direction, private use, the unassigned, and letters drawn as nothing: fillers, selectors, the empty braille.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

function invisibleCharacters(type: string, value: string): Finding[] {
  const found = [...value.matchAll(INVISIBLE)];
  const start = found[0]?.index;
  if (start === undefined) return [];
  const characters = [...new Set(found.map(([character]) => described(character)))];
  return [
    finding('invisible-character', {
      field: type,
      title: 'An invisible character',
      message: `Subject text must be what it looks like; found ${characters.slice(0, 5).join(', ')}.`,
      fix: 'Type the text again by hand.',
      value: value.replace(INVISIBLE, '\ufffd'),
      mark: { start, end: start + 1 },
    }),
  ];
}

function judgeText(
  type: string,
  value: string,
  context: { legalName: string; forbiddenCharacters: string },
): Finding[] {
  const findings = invisibleCharacters(type, value);
  if (value.trim() === '') {
    findings.push(
      finding('empty-text', {
        field: type,
        title: 'An empty value',
        message: `${type} is there without a value.`,
        fix: `Give ${type} a value, or leave it out.`,
      }),
    );
  }
  const limit = UPPER_BOUND[type];
  if (limit !== undefined && [...value].length > limit) {
    findings.push(
      finding('text-length', {
        field: type,
        title: 'A value that is too long',
        message: `${type} has ${[...value].length} characters; at most ${limit} fit into a certificate.`,
        fix: 'Shorten it.',
        value,
        mark: { start: [...value].slice(0, limit).join('').length, end: value.length },
      }),
    );
  }
  const exempt =
    OWN_SYNTAX.has(type) ||
    type === 'CN' ||
    type === 'C' ||
    (type === 'O' && value === context.legalName);
  const at = exempt ? -1 : [...value].findIndex((one) => context.forbiddenCharacters.includes(one));
  if (at >= 0) findings.push(forbidden(type, value, at, context));
  return findings;
}

function forbidden(
  type: string,
  value: string,
  at: number,
  context: { legalName: string; forbiddenCharacters: string },
): Finding {
  const character = [...value][at] ?? '';
  const start = [...value].slice(0, at).join('').length;
  const later = [...value].slice(at + 1).filter((one) => one !== character);
  const also = new Set(later.filter((one) => context.forbiddenCharacters.includes(one)));
  const others = also.size === 0 ? '' : `, and ${[...also].map(described).join(', ')}`;
  const own =
    type === 'O'
      ? ` Write ${context.legalName}, the name of your account: the certificate carries that in any case.`
      : '';
  return finding('forbidden-character', {
    field: type,
    title: 'A character that is not allowed',
    message: `Subject text must not contain ${[...context.forbiddenCharacters].join(' ')}. Found ${described(character)} at position ${at + 1}${others}.`,
    fix: `Leave it out.${own}`,
    value,
    mark: { start, end: start + character.length },
  });
}

function judgeCommonName(subject: readonly SubjectValue[]): Finding[] {
  const names = subject.filter((one) => one.type === 'CN');
  if (names.length === 0) {
    return [
      finding('common-name-missing', {
        field: 'CN',
        title: 'No common name',
        message:
          'The subject has no CN. It names the program that will connect, such as erp.example.com.',
        fix: 'Add a CN that is a fully qualified domain name.',
      }),
    ];
  }
  return names.flatMap(({ value }) => {
    const fault = domainNameFault(value);
    if (fault === null || value.trim() === '') return [];
    const { rule, title, message, mark } = fault;
    return [
      finding(rule, {
        field: 'CN',
        title,
        message,
        mark,
        value,
        fix: 'Give the common name a fully qualified domain name. It need not exist in DNS.',
      }),
    ];
  });
}

const PLACES = [
  ['C', 'country'],
  ['ST', 'state or province'],
  ['L', 'locality'],
] as const;

function judgePlaces(subject: readonly SubjectValue[]): Finding[] {
  const first = (type: string) => subject.find((one) => one.type === type)?.value;
  const country = first('C');
  return [
    ...(country === undefined || isCountry(country) ? [] : [countryCode(country)]),
    ...PLACES.flatMap(([type, word]) => {
      const value = first(type);
      if (value === undefined) return [placeMissing(type, word)];
      if (type === 'C') return [];
      const place = value.trim();
      return [
        ...(place === value || place === '' ? [] : [outerSpace(type, value)]),
        ...(looksAbbreviated(place) ? [abbreviated({ type, word, value, country })] : []),
      ];
    }),
  ];
}

function countryCode(country: string): Finding {
  const meant = countryMeant(country);
  return finding('country-code', {
    field: 'C',
    title: 'Not a country code',
    message: 'C is an assigned code of ISO 3166, two capital letters.',
    fix:
      meant === null
        ? 'Write the two letters of your country, for example US or DE.'
        : `Write ${meant}.`,
    value: country,
    mark: { start: 0, end: country.length },
  });
}

function placeMissing(type: string, word: string): Finding {
  return finding('place-missing', {
    field: type,
    title: `No ${word}`,
    message: `The subject has no ${type} (${word}). We accept it so; stricter checks elsewhere may not.`,
    fix: `Add ${type}.`,
  });
}

function abbreviated(place: {
  type: string;
  word: string;
  value: string;
  country: string | undefined;
}): Finding {
  const { type, word, value, country } = place;
  const full = type === 'ST' ? spelledOutState(value.trim(), country) : null;
  return finding('place-abbreviated', {
    field: type,
    title: `An abbreviated ${word}`,
    message: 'We accept it as it is. Spelled out it also passes stricter checks elsewhere.',
    fix: full ? `Write ${full}.` : 'Spell it out.',
    value,
    mark: { start: 0, end: value.length },
  });
}

function outerSpace(type: string, value: string): Finding {
  const start = value.startsWith(value.trim()) ? value.trimEnd().length : 0;
  const end = start === 0 ? value.length - value.trimStart().length : value.length;
  return finding('outer-space', {
    field: type,
    title: 'A space at the edge',
    message: `${type} starts or ends with a space. The certificate carries ${value.trim()}.`,
    fix: 'Nothing needs to be done.',
    value,
    mark: { start, end },
  });
}

function judgeOrganization(
  subject: readonly SubjectValue[],
  { legalName }: { legalName: string },
): Finding[] {
  const value = subject.find((one) => one.type === 'O')?.value;
  if (value === legalName) return [];
  return [
    finding('organization', {
      field: 'O',
      title: value === undefined ? 'No organization' : 'Another organization',
      message: `The certificate carries your account's legal name, ${legalName}.`,
      fix: 'Nothing needs to be done.',
      value: value ?? null,
    }),
  ];
}

function duplicate(type: string, value: string): Finding {
  return finding('duplicate-attribute', {
    field: type,
    title: 'An attribute given twice',
    message: `${type} stands in the subject more than once, so it is not clear which one is meant.`,
    fix: `Keep one ${type}.`,
    value,
  });
}

function dropped(type: string, value: string): Finding {
  return finding('attribute-dropped', {
    field: type,
    title: 'An attribute that will not be in the certificate',
    message: `${type} is not part of our certificates and is left out.`,
    fix: 'Nothing needs to be done.',
    value,
  });
}

/** For people only: a value that needed this never gets into a certificate. */
function lossy(tag: number, bytes: Uint8Array): string {
  const label = tag === TAG.bmpString ? 'utf-16be' : tag === TAG.utf8String ? 'utf-8' : 'latin1';
  const text = new TextDecoder(label).decode(bytes.subarray(0, MAX_TEXT));
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd') || '\ufffd';
}

const MAX_TEXT = 4096;

// Character set of PrintableString: X.680, 41.4.
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

function decoded(tag: number, bytes: Uint8Array): string | null {
  const ascii = String.fromCharCode(...bytes.subarray(0, MAX_TEXT));
  switch (tag) {
    case TAG.utf8String:
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        return null;
      }
    case TAG.printableString:
      return PRINTABLE.test(ascii) ? ascii : null;
    case TAG.ia5String:
    case TAG.numericString:
    case TAG.visibleString:
      return /^[\x20-\x7e]*$/.test(ascii) ? ascii : null;
    default:
      return null;
  }
}
