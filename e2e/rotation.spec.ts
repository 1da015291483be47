/** A certificate is renewed, its calls move, and the old one goes: with openssl, curl and an edge, and days made short. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { test } from './support/own-database';
import { type Rest, rest } from './support/rest';
import { type Credential, curl, newFolder, newRequest } from './support/shell';
import { apiClient, expect, signIn } from './support/test';
import { startTree, stopTree, type Tree } from './support/tree';

const TEST_PATH = '/connection/v1/testauthentication';
const environment = 'production';

test.setTimeout(300_000);

type Held = { id: string; label: string; credential: Credential };

async function issued(api: Rest, folder: string, label: string): Promise<Held> {
  const stem = label.toLowerCase();
  const csr = await newRequest(folder, stem, `/O=Meridian Freight/CN=${stem}.meridian.example`);
  const { json } = await api('POST', '/certificates', { csr, environment, label });
  return held(folder, stem, json);
}

function held(folder: string, stem: string, json: Record<string, unknown>, key = stem): Held {
  const credential = { cert: join(folder, `${stem}.pem`), key: join(folder, `${key}.key`) };
  writeFileSync(credential.cert, String(json.pem));
  return { id: String(json.id), label: String(json.label), credential };
}

function caller({ demo }: Tree) {
  const { mtlsUrl, caFile } = demo.edges[environment];
  const user = apiClient(demo, environment);
  return async ({ credential }: Held) =>
    (await curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential })).status;
}

async function says(page: Page, path: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await page.goto(path);
    await expect(page.getByRole('main')).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: 60_000 });
}

test('renew with the same key, see the calls move, and have the old one revoked by itself', async ({
  page,
  place: { tree, sql },
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const folder = newFolder();
  const call = caller(tree);
  const old = await issued(api, folder, 'ERP');
  const pageOf = ({ id }: Held) => `${demo.portalUrl}/certificates/${id}`;
  await expect.poll(() => call(old)).toBe('200');
  await signIn(page, demo, 'admin');

  const next = await test.step('renew', async () => {
    await page.goto(pageOf(old));
    await page.getByRole('link', { name: 'Renew certificate' }).click();
    await page.getByRole('link', { name: /The same key/ }).click();
    await page.waitForURL(/way=same-key/);
    await page.getByRole('checkbox', { name: /Keep the key/ }).check();
    await page.getByRole('button', { name: 'Renew certificate' }).click();
    await page.waitForURL(/\/certificates\/crt_[^/]+$/);
    const id = page.url().split('/').at(-1) ?? '';
    expect(id).not.toBe(old.id);
    await expect(page.getByRole('region', { name: 'Rotation' })).toContainText(
      'No call has come with the new certificate yet.',
    );
    const { json } = await api('GET', `/certificates/${id}`);
    expect(json).toMatchObject({ replacesId: old.id, label: 'ERP', status: 'live' });
    return held(folder, 'erp-renewed', json, 'erp');
  });

  await test.step('both work, and the share of the new one is told', async () => {
    await expect.poll(() => call(next)).toBe('200');
    expect(await call(old)).toBe('200');
    await says(page, pageOf(old), /\d+ % of calls use the new certificate\./);
    await says(page, pageOf(next), /\d+ % of calls use the new certificate\./);
    await page.goto(demo.portalUrl);
    await expect(page.getByRole('main')).toContainText('Move ERP to its replacement');
  });

  await test.step('revoking what is in use names the calls and wants a word', async () => {
    const { username } = demo.apiClients.find((one) => one.environment === environment) ?? {};
    await says(page, `${pageOf(old)}/revoke`, /\d+ calls? in the last 24 hours, by /);
    await expect(page.getByRole('main')).toContainText(`by ${username}, would be refused.`);
    await page.getByRole('radio').first().check();
    await page.getByLabel(/to confirm/).fill('something else');
    await page.getByRole('button', { name: 'Revoke certificate' }).click();
    await expect(page.getByRole('main')).toContainText('Nothing was revoked.');
    expect((await api('GET', `/certificates/${old.id}`)).json.status).toBe('live');
  });

  const idle = () =>
    sql(
      `WITH counts AS (UPDATE call_count SET hour = hour - interval '4 days', first_at = first_at - interval '4 days',
        last_at = last_at - interval '4 days' WHERE certificate_id = $1 AND last_at > now() - interval '1 day')
      UPDATE certificate SET last_seen_at = now() - interval '4 days' WHERE id = $1`,
      [old.id],
    );

  await test.step('idle for days, it is safe to revoke, without a word', async () => {
    await expect(async () => {
      await idle();
      expect(await call(next)).toBe('200');
      await page.goto(pageOf(next));
      await expect(page.getByRole('main')).toContainText(
        'The old one has been idle for 4 days: it is safe to revoke.',
        { timeout: 500 },
      );
    }).toPass({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Revoke the old one' }).click();
    await page.waitForURL(/\/revoke$/);
    await expect(page.getByLabel(/to confirm/)).toHaveCount(0);
  });

  await test.step('asked for, it is revoked by itself, and told', async () => {
    await page.goto(pageOf(old));
    await page.getByLabel(/once it has been idle for/).fill('3');
    await page.getByRole('button', { name: 'Revoke by itself' }).click();
    await expect(page.getByRole('region', { name: 'Rotation' })).toContainText(
      'once it has been idle for 3 days',
    );
    await expect
      .poll(async () => (await api('GET', `/certificates/${old.id}`)).json.status, {
        timeout: 60_000,
      })
      .toBe('revoked');
    await expect.poll(() => call(old)).toBe('000');
    expect(await call(next)).toBe('200');
    await says(page, `${pageOf(old)}?tab=history`, /as .* had asked: it had been idle for 3 days/);
    await says(page, `${demo.portalUrl}/outbox`, 'Production certificate ERP revoked');
  });
});

test('reminders name a renewal that has made no call, and stop with its first', async ({
  page,
  place,
}) => {
  const { demo } = place.tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const folder = newFolder();
  const [erp, wms] = [await issued(api, folder, 'ERP'), await issued(api, folder, 'WMS')];
  for (const { id } of [erp, wms]) {
    const stem = `renewed-${id.slice(-6)}`;
    const csr = await newRequest(folder, stem, '/CN=renewed.meridian.example');
    const { status, json } = await api('POST', `/certificates/${id}/renewal`, { csr });
    expect(status).toBe(201);
    if (id === wms.id) {
      const next = held(folder, stem, json);
      await expect.poll(() => caller(place.tree)(next)).toBe('200');
      await expect
        .poll(async () => (await api('GET', `/certificates/${next.id}`)).json.lastSeenAt)
        .not.toBeNull();
    }
    await place.sql(
      `UPDATE certificate SET not_after = now() + interval '29 days 12 hours' WHERE id = $1`,
      [id],
    );
  }
  // What is due is looked for at each start, and every hour.
  await stopTree(place.tree);
  const again = await startTree(place.settings);
  await signIn(page, again.demo, 'admin');
  const subject = 'Production certificate ERP expires in 29 days';
  await says(page, `${again.demo.portalUrl}/outbox`, subject);
  await page.getByText(`${subject} (`).click();
  const main = page.getByRole('main');
  await expect(main).toContainText('was issued but has not made a call yet.');
  await expect(main).not.toContainText('WMS expires');
  await stopTree(again);
});
