/** Acts of support that two people decide: break-glass, from the question to calls that pass, and back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rest } from './support/rest';
import { curl, newFolder, newRequest } from './support/shell';
import { apiClient, expect, SOON, signIn, test } from './support/test';

test.use({ copy: 'support-acts' });

const REASON = 'Their machines lost the certificate, ticket 4712';

test('break-glass: support asks, a lead approves, a refused call passes, and the customer ends it', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const { portalUrl } = demo;
  const api = rest(portalUrl, demo.apiKey);
  const { standardUrl, caFile } = demo.edges.sandbox;
  const call = async () => {
    const url = `${standardUrl}/connection/v1/testauthentication`;
    return (await curl({ url, caFile, user: apiClient(demo, 'sandbox') })).status;
  };
  const opened = async (role: string) => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, demo, role);
    return page;
  };
  const { id } = (await api('GET', '/account')).json;

  await test.step('a customer enforces, and a program without a certificate is refused', async () => {
    const folder = newFolder();
    const csr = await newRequest(folder, 'client', '/CN=erp.meridian.example');
    const made = await api('POST', '/certificates', { csr, environment: 'sandbox' });
    writeFileSync(join(folder, 'client.pem'), String(made.json.pem));
    const enforced = await api('PUT', '/enforcement/sandbox', {
      ...{ mode: 'enforce', trialMinutes: 0 },
      override: { reason: 'A test of break-glass' },
    });
    expect(enforced.status).toBe(200);
    await expect.poll(call, SOON).toBe('403');
  });

  const support = await opened('support');
  await test.step('support asks, with a reason, and approves nothing', async () => {
    await support.goto(`${portalUrl}/support/accounts/${id}/acts`);
    await support.getByRole('link', { name: 'Suspend enforcement' }).click();
    await support.getByLabel('Why').fill(REASON);
    await support.getByLabel('I mean Meridian Freight.').check();
    await support.getByRole('button', { name: 'Ask a support lead' }).click();
    await expect(support.getByText('Waits for a second person')).toBeVisible();
    await support.goto(`${portalUrl}/support/approvals`);
    await expect(support.getByText('You asked for this')).toBeVisible();
    await expect(support.getByRole('button', { name: /^Approve/ })).toHaveCount(0);
    expect(await call()).toBe('403');
  });

  const lead = await opened('support_lead');
  await test.step('a lead sees what, for whom and why, and approves: calls pass', async () => {
    await lead.getByRole('link', { name: 'Approvals 1' }).click();
    const card = lead.getByRole('region', { name: 'Suspend enforcement in Sandbox for 1 hour' });
    await expect(card).toContainText('Meridian Freight');
    await expect(card).toContainText(REASON);
    await card.getByRole('button', { name: /^Approve/ }).click();
    await expect(lead.getByText('In force')).toBeVisible();
    await expect.poll(call, SOON).toBe('200');
  });

  const admin = await opened('admin');
  await test.step('the customer is told on every page, reads why, and ends it: refused again', async () => {
    const banner = admin.getByRole('complementary', { name: 'Suspension in Sandbox' });
    await expect(banner).toContainText('suspended by Sam Support of support');
    await admin.goto(`${portalUrl}/activity?stream=changes`);
    await expect(admin.getByText(REASON).first()).toBeVisible();
    await banner.getByRole('button', { name: /^End now/ }).click();
    await expect(banner).toHaveCount(0);
    await expect.poll(call, SOON).toBe('403');
    await support.goto(`${portalUrl}/support/accounts/${id}/acts`);
    await expect(support.getByText('Ended by Ines Duarte')).toBeVisible();
  });
});
