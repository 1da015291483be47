/** axe looks at every page as a customer, a viewer and staff see it, light and dark, on a desk and on a phone. */
import AxeBuilder from '@axe-core/playwright';
import { type PrivatePostgres, startPrivatePostgres } from '../scripts/postgres';
import { liveIn } from './support/lived-in';
import { type PlaceToLook, placesToLookAt } from './support/places';
import { expect, openPalette, signIn, test } from './support/test';
import { freePorts, newDataDir, startTree, stopTree, type Tree } from './support/tree';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const RENDERINGS = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

let postgres: PrivatePostgres;
let tree: Tree;
let places: PlaceToLook[];

test.beforeAll(async () => {
  postgres = await startPrivatePostgres();
  const databaseUrl = await postgres.createDatabase('accessibility');
  tree = await startTree({
    dataDir: newDataDir(),
    ports: await freePorts(),
    env: { DATABASE_URL: databaseUrl, DEMO: '1', DESIGN_PAGE: '1' },
  });
  places = placesToLookAt(await liveIn(tree.demo, databaseUrl));
});
test.afterAll(async () => {
  await stopTree(tree);
  await postgres.stop();
});

for (const role of ['visitor', 'admin', 'viewer', 'support'] as const) {
  test(`axe finds nothing on any page of a ${role}, wide and narrow, light and dark`, async ({
    page,
  }) => {
    test.setTimeout(900_000);
    const found: string[] = [];
    if (role !== 'visitor') await signIn(page, tree.demo, role);
    for (const { name, path } of places.filter((one) => one.as === role)) {
      await page.goto(`${tree.demo.portalUrl}${path}`);
      // Style sheets alone tell one rendering from another, so a page is opened once.
      for (const { width, colorScheme } of RENDERINGS) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        for (const { id, nodes } of violations) {
          const where = nodes.map((one) => one.html).join(' ');
          found.push(`${name}, ${width} ${colorScheme}: ${id}: ${where}`);
        }
      }
    }
    expect(found).toEqual([]);
  });
}

test('axe finds nothing in the palette and in a toast', async ({ page }) => {
  await signIn(page, tree.demo, 'admin');
  await openPalette(page);
  await expect(page.getByRole('option', { name: 'Certificates', exact: true })).toBeVisible();
  expect((await new AxeBuilder({ page }).withTags(RULES).analyze()).violations).toEqual([]);
  await page.goto(`${tree.demo.portalUrl}/design`);
  await expect(async () => {
    await page.getByRole('button', { name: 'Show toast' }).click();
    await expect(page.getByRole('button', { name: 'Undo' }).first()).toBeVisible({
      timeout: 1_000,
    });
  }).toPass();
  expect((await new AxeBuilder({ page }).withTags(RULES).analyze()).violations).toEqual([]);
});
