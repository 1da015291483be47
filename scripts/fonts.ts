/**
 * `npm run fonts`: the part of Geist that Western European text needs, for the first paint. The whole families follow
 * only where a page shows other characters. Run it again when the geist package changes; its output is committed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import subsetFont from 'subset-font';

const FOLDER = 'components/styles/fonts';
const FAMILIES = {
  'geist-latin': 'geist-sans/Geist-Variable.woff2',
  'geist-mono-latin': 'geist-mono/GeistMono-Variable.woff2',
};
/** Basic Latin, Latin-1, Latin Extended-A, and the punctuation, arrows and signs that our own pages use. */
const RANGES: [number, number][] = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x2010, 0x2027],
  [0x2030, 0x203a],
  [0x20ac, 0x20ac],
  [0x2190, 0x2193],
  [0x2212, 0x2212],
  [0x2318, 0x2318],
];
// The weights that the style sheets use, and what lies between them.
const WEIGHTS = { min: 400, max: 600 };

const text = RANGES.flatMap(([from, to]) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)),
).join('');

mkdirSync(FOLDER, { recursive: true });
for (const [name, source] of Object.entries(FAMILIES)) {
  const whole = readFileSync(join('node_modules/geist/dist/fonts', source));
  const part = await subsetFont(whole, text, {
    targetFormat: 'woff2',
    variationAxes: { wght: WEIGHTS },
  });
  writeFileSync(join(FOLDER, `${name}.woff2`), part);
  process.stdout.write(`${name}: ${whole.length} to ${part.length} bytes\n`);
}
writeFileSync(join(FOLDER, 'LICENSE.txt'), readFileSync('node_modules/geist/LICENSE.txt'));
