/** The one rule for names of clients: the common name and every DNS name in the SAN. */

export type NameFault = {
  rule: 'wildcard-name' | 'ip-address' | 'name-syntax' | 'name-length' | 'name-not-qualified';
  title: string;
  message: string;
  mark: { start: number; end: number } | null;
};

const MAX_LABEL = 63;
const MAX_NAME = 253;

/**
 * Why a name is no fully qualified domain name; null when it is one. No DNS is asked.
 * @see RFC 1034, 3.5 RFC 1123, 2.1 RFC 5280, 4.2.1.6
 */
export function domainNameFault(name: string): NameFault | null {
  const star = name.indexOf('*');
  if (star >= 0) {
    const rest = name.replace(/^\*\./, '');
    return {
      rule: 'wildcard-name',
      title: 'A wildcard name',
      message: `A client certificate names one client, so wildcards are refused. Write one name${rest.includes('*') ? '' : ` such as client.${rest}`}.`,
      mark: { start: star, end: star + 1 },
    };
  }
  if (isAddress(name)) {
    return {
      rule: 'ip-address',
      title: 'An IP address for a name',
      message: 'An address says where a program runs, not which one it is. Write a domain name.',
      mark: { start: 0, end: name.length },
    };
  }
  if (name.length > MAX_NAME) {
    return {
      rule: 'name-length',
      title: 'A name that is too long',
      message: `The name has ${name.length} characters; at most ${MAX_NAME} are possible in DNS.`,
      mark: { start: MAX_NAME, end: name.length },
    };
  }
  const labels = name.split('.');
  let start = 0;
  for (const label of labels) {
    const fault = labelFault(label, start);
    if (fault) return fault;
    start += label.length + 1;
  }
  const top = labels.at(-1) ?? '';
  if (labels.length < 2 || /^\d+$/.test(top)) {
    return {
      rule: 'name-not-qualified',
      title: 'A name that is not fully qualified',
      message:
        'A fully qualified name has at least two parts, such as erp.example.com. It need not exist in DNS.',
      mark: { start: name.length - top.length, end: name.length },
    };
  }
  return null;
}

// Also what inet_aton takes for one: fewer parts, octal and hexadecimal ones (URL standard, "ends in a number").
function isAddress(name: string): boolean {
  if (/^\[?[0-9a-f:.]*:[0-9a-f:.]*(%\w+)?\]?$/i.test(name)) return true;
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /(^|\.)0x[0-9a-f]*$/i.test(name);
}

function labelFault(label: string, start: number): NameFault | null {
  const syntax = (message: string, from: number, to: number): NameFault => ({
    rule: 'name-syntax',
    title: 'A name with a character that is not allowed',
    message,
    mark: { start: start + from, end: start + Math.max(to, from + 1) },
  });
  if (label === '')
    return syntax('There is an empty part: a dot at the start, at the end, or two in a row.', 0, 1);
  const bad = /[^A-Za-z0-9-]/u.exec(label);
  if (bad) {
    const [character] = bad;
    const hint = character > '\u007f' ? ' Write an international name in its xn-- form.' : '';
    return syntax(
      `Names are made of letters, digits, hyphens and dots; found ${described(character)}.${hint}`,
      bad.index,
      bad.index + character.length,
    );
  }
  if (label.startsWith('-')) return syntax('A part of the name starts with a hyphen.', 0, 1);
  if (label.endsWith('-')) {
    return syntax('A part of the name ends with a hyphen.', label.length - 1, label.length);
  }
  if (label.length > MAX_LABEL) {
    return {
      rule: 'name-length',
      title: 'A part of the name is too long',
      message: `The part has ${label.length} characters; at most ${MAX_LABEL} are possible in DNS.`,
      mark: { start: start + MAX_LABEL, end: start + label.length },
    };
  }
  return null;
}

/** A character for people: itself and its code point, or the code point alone where it cannot be seen. */
export function described(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{Cc}\p{Cf}\p{Z}\p{Co}\p{Cn}]/u.test(character) ? code : `"${character}" (${code})`;
}

/** The nearest name that passes, for a corrected command; null where none is near. */
export function mendedName(name: string): string | null {
  // Far beyond any slip of a hand; what cuts the hyphens below takes time by the square of a label.
  if (name.length > 2 * MAX_NAME) return null;
  const mended = name
    .toLowerCase()
    .replace(/^\*\./, 'client.')
    .replace(/\*/g, '')
    .replace(/[\s_]+/g, '-')
    .replace(/[^a-z0-9.-]/g, '')
    .split('.')
    .map((label) => label.replace(/^-+|-+$/g, '').slice(0, MAX_LABEL))
    .filter((label) => label !== '')
    .join('.');
  return domainNameFault(mended) === null ? mended : null;
}
