/** `npm run screens`: every page at 1440 and 390, light and dark, into DATA_DIR/screens, with one page to see them all. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { startPrivatePostgres } from '../scripts/postgres';
import { findChromium } from '../scripts/testing/tools';
import build from './support/build';
import { liveIn } from './support/lived-in';
import { type PlaceToLook, placesToLookAt } from './support/places';
import { signIn } from './support/test';
import { freePorts, newDataDir, startTree, stopTree } from './support/tree';

const WIDTHS = [1440, 390] as const;
const SCHEMES = ['light', 'dark'] as const;
const HEIGHT = 900;

type Rendering = { width: (typeof WIDTHS)[number]; scheme: (typeof SCHEMES)[number] };
const RENDERINGS: Rendering[] = WIDTHS.flatMap((width) =>
  SCHEMES.map((scheme) => ({ width, scheme })),
);

const folder = resolve(process.env.DATA_DIR ?? '.data', 'screens');
const only = process.argv[2];

await build();
const postgres = await startPrivatePostgres();
const databaseUrl = await postgres.createDatabase('screens');
const tree = await startTree({
  dataDir: newDataDir(),
  ports: await freePorts(),
  env: { DATABASE_URL: databaseUrl, DEMO: '1', DESIGN_PAGE: '1' },
});
const executablePath = findChromium();
if (executablePath === null) throw new Error('Chromium was not found: npm test installs it');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let faults = 0;
try {
  const livedIn = await liveIn(tree.demo, databaseUrl);
  const places = placesToLookAt(livedIn).filter(({ name }) => !only || name.includes(only));
  if (!only) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const rendering of RENDERINGS) faults += await picture(places, rendering);
  writeFileSync(join(folder, 'index.html'), album(places));
} finally {
  await browser.close();
  await stopTree(tree);
  await postgres.stop();
}
process.stdout.write(`\n${join(folder, 'index.html')}\n`);
process.exit(faults === 0 ? 0 : 1);

/** @returns how many pages said something to the console, answered an error, or were wider than the window */
async function picture(places: PlaceToLook[], rendering: Rendering): Promise<number> {
  let found = 0;
  for (const role of new Set(places.map((one) => one.as))) {
    const page = await pageFor(browser, rendering);
    const said: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(error.message));
    if (role !== 'visitor') await signIn(page, tree.demo, role);
    for (const { name, path } of places.filter((one) => one.as === role)) {
      said.length = 0;
      const reply = await page.goto(`${tree.demo.portalUrl}${path}`, { waitUntil: 'load' });
      await page.evaluate(() => document.fonts.ready);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) said.push(`is ${over} px wider than the window`);
      if ((reply?.status() ?? 500) >= 500) said.push(`answered ${reply?.status()}`);
      await page.screenshot({ path: join(folder, fileOf(name, rendering)), fullPage: true });
      const heard = name === 'not-found' ? said.filter((one) => !one.includes('404')) : said;
      process.stdout.write(`${fileOf(name, rendering)} ${heard.join(' | ')}\n`);
      found += heard.length === 0 ? 0 : 1;
    }
    await page.context().close();
  }
  return found;
}

async function pageFor(from: Browser, { width, scheme }: Rendering) {
  const context = await from.newContext({
    viewport: { width, height: HEIGHT },
    colorScheme: scheme,
    locale: 'en-GB',
  });
  return context.newPage();
}

function fileOf(name: string, { width, scheme }: Rendering): string {
  return `${name}-${width}-${scheme}.png`;
}

function album(places: PlaceToLook[]): string {
  const rows = places.map(({ name, path }) => {
    const pictures = RENDERINGS.map((one) => {
      const file = fileOf(name, one);
      return `<a href="${file}"><img src="${file}" alt="${file}" loading="lazy" height="420"></a>`;
    });
    return `<h2>${name} <small>${path}</small></h2><p>${pictures.join(' ')}</p>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Countersign, every page</title>
<style>body{font:14px system-ui;margin:24px}p{white-space:nowrap;overflow-x:auto}img{border:1px solid #ccc}</style>
${rows.join('\n')}\n`;
}
