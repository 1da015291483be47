/**
 * One record of a CSV file, its line break included. A cell that a spreadsheet would take for a formula, also by
 * wide letters of East Asian keyboards, begins with an apostrophe, which makes it text (T23).
 * @see RFC 4180, 2
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string): string {
  const text = /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
