/** A value as a literal of each language: whatever it holds, it stays one string and runs nothing. */

/** As it is when a POSIX shell reads it as one word, in single quotes otherwise. */
export function shell(value: string): string {
  if (/^[A-Za-z0-9_./:@%+=-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** JavaScript, Python and Go read the same escapes; in Python and Go too, a double-quoted string runs nothing. */
export function doubleQuoted(value: string): string {
  return `"${escapedBy(value, /["\\]/g)}"`;
}

/** Java translates \\u escapes before it reads strings: none is written for what can stand as it is. */
export const java = doubleQuoted;

/** Ruby and PHP run what stands in double quotes, and know only two escapes in single ones. */
export function singleQuoted(value: string): string {
  return `'${value.replace(/['\\]/g, (character) => `\\${character}`)}'`;
}

function escapedBy(value: string, special: RegExp): string {
  return value
    .replace(special, (character) => `\\${character}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}
