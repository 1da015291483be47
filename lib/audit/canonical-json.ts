export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * One text for one value: keys in code-unit order, no white space, numbers and strings as ECMAScript prints them.
 * @throws RangeError for what JSON cannot say: a number that is not finite, a surrogate without its other half
 * @see RFC 8785, 3.2
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${literal(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return literal(value);
}

function literal(value: string | number | boolean | null): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`${value} is not a number of JSON`);
  }
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) {
    throw new RangeError('a text has half a surrogate pair');
  }
  return JSON.stringify(value);
}
