/** Enforcement rehearsed with real calls: observe, find who would break, fix it, try it, confirm; or let it go back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rest } from './support/rest';
import { type Credential, curl, newFolder, newRequest } from './support/shell';
import { expect, signIn, test } from './support/test';
import { commandOf, type Demo, processesOf } from './support/tree';

const TEST_PATH = '/connection/v1/testauthentication';
type Environment = 'production' | 'sandbox';

test.use({ copy: 'rehearsal' });
test.describe.configure({ mode: 'serial' });

async function issued(demo: Demo, environment: Environment): Promise<Credential> {
  const folder = newFolder();
  const csr = await newRequest(folder, 'client', `/CN=${environment}.meridian.example`);
  const made = await rest(demo.portalUrl, demo.apiKey)('POST', '/certificates', {
    ...{ csr, environment },
  });
  expect(made.status).toBe(201);
  const credential = { cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  writeFileSync(credential.cert, String(made.json.pem));
  return credential;
}

/** The two API clients of an environment, and how each is called on either host. */
function callers(demo: Demo, environment: Environment, credential: Credential) {
  const { mtlsUrl, standardUrl, caFile } = demo.edges[environment];
  const [first, second] = demo.apiClients.filter((one) => one.environment === environment);
  if (!first || !second) throw new Error(`demo.json has no two API clients in ${environment}`);
  const statusOf = async (url: string, user: string, held?: Credential) => {
    const credentials = held ? { credential: held } : {};
    return (await curl({ url: `${url}${TEST_PATH}`, caFile, user, ...credentials })).status;
  };
  const caller = ({ username, password }: { username: string; password: string }) => ({
    name: username,
    mtls: () => statusOf(mtlsUrl, `${username}:${password}`, credential),
    standard: (typed = password) => statusOf(standardUrl, `${username}:${typed}`),
  });
  return { ready: caller(first), offender: caller(second) };
}

test('observe, find the offender, fix it, try, and confirm once a real call has passed', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const { ready, offender } = callers(demo, 'production', await issued(demo, 'production'));
  const column = page.getByRole('region', { name: 'Production', exact: true });
  const evidence = page.getByRole('region', { name: 'Evidence for production' });
  const rowOf = (name: string) => evidence.getByRole('row').filter({ hasText: name });
  const look = () => page.goto(`${demo.portalUrl}/enforcement`);
  await signIn(page, demo, 'admin');

  await test.step('without any call nobody knows, and a trial wants a reason', async () => {
    await look();
    await expect(evidence).toContainText('nothing tells who would be refused');
    await expect(evidence.getByLabel('Or say why it should start all the same')).toBeVisible();
  });

  await test.step('observe: one press, nothing is refused', async () => {
    await evidence.getByRole('button', { name: 'Observe production' }).click();
    await expect(column.getByRole('list', { name: 'Mode: Observe' })).toBeVisible();
    await expect.poll(() => ready.mtls()).toBe('200');
    expect(await offender.standard()).toBe('200');
  });

  await test.step('the offender is named; who only typed its name is listed apart', async () => {
    expect(await offender.standard('a guess')).toBe('401');
    await expect(async () => {
      await look();
      await expect(rowOf(offender.name)).toContainText('standard only', { timeout: 1_000 });
      await expect(evidence).toContainText('Not authenticated: 1 call', { timeout: 1_000 });
    }).toPass();
    await expect(evidence).toContainText(
      `If you enforced now, 1 of 2 API clients would be refused: ${offender.name}.`,
    );
    await expect(rowOf(offender.name)).toContainText('Refused');
    await expect(rowOf(offender.name)).toContainText('127.0.0.0/24');
    await expect(rowOf(offender.name)).toContainText('curl/');
    await expect(rowOf(ready.name)).toContainText('Passes');
    await expect(column).toContainText('50 %');
  });

  await test.step('fixed, it calls over mTLS', async () => {
    expect(await offender.mtls()).toBe('200');
    await expect(async () => {
      await look();
      await expect(rowOf(offender.name)).toContainText('both', { timeout: 1_000 });
    }).toPass();
  });

  await test.step('on trial, the standard host refuses, and nothing is confirmed unproved', async () => {
    await evidence.getByRole('radio', { name: '1 hour' }).check();
    await evidence.getByLabel(/to confirm/).fill('enforce production');
    await evidence.getByRole('button', { name: 'Start 1-hour trial' }).click();
    await expect(column.getByText('Enforce, on trial')).toBeVisible();
    await expect.poll(() => offender.standard()).toBe('403');
    await expect(column.getByRole('button', { name: 'Confirm enforcement' })).toBeDisabled();
    await expect(column).toContainText(
      'Confirming opens once a call with your certificate passes.',
    );
    const refused = await api('POST', '/enforcement/production/confirmation');
    expect([refused.status, refused.json.code]).toEqual([409, 'trial_unproved']);
  });

  await test.step('over every page it says so, and a real call opens the confirmation', async () => {
    await page.goto(demo.portalUrl);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('enforced on trial');
    const bar = page.getByRole('complementary', { name: 'Trial in production' });
    const confirm = bar.getByRole('button', { name: 'Confirm' });
    await expect(bar).toContainText('It goes back to observe in');
    await expect(confirm).toBeDisabled();
    expect(await offender.mtls()).toBe('200');
    await expect(confirm).toBeEnabled({ timeout: 15_000 });
    await confirm.click();
    await expect(page.getByRole('status').filter({ hasText: 'confirmed' })).toContainText(
      'Production is enforced.',
    );
    await expect(bar).toBeHidden();
  });

  await test.step('enforced it stays', async () => {
    const { json } = await api('GET', '/enforcement/production');
    expect(json).toMatchObject({ mode: 'enforce', trial: null });
    expect(await offender.standard()).toBe('403');
    expect(await ready.mtls()).toBe('200');
  });
});

test('a trial that nobody confirms goes back at its instant, at the edge, with the portal stopped', async ({
  page,
  tree,
}) => {
  test.setTimeout(180_000);
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const { ready } = callers(demo, 'sandbox', await issued(demo, 'sandbox'));
  await expect.poll(() => ready.mtls()).toBe('200');
  const start = () => api('PUT', '/enforcement/sandbox', { mode: 'enforce', trialMinutes: 1 });
  await expect.poll(async () => (await start()).status).toBe(200);
  await expect.poll(() => ready.standard()).toBe('403');
  const { trial } = (await api('GET', '/enforcement/sandbox')).json;
  const endsAtMs = new Date(Object(trial).endsAt).getTime();

  const portal = processesOf(tree.dataDir).find((pid) => commandOf(pid).includes('portal.ts'));
  if (portal === undefined) throw new Error('the portal was not found');
  process.kill(portal, 'SIGSTOP');
  try {
    const wrong: string[] = [];
    const call = async () => {
      const calledMs = Date.now();
      const seen = await ready.standard();
      // Edges are told whole seconds, rounded up.
      const isOver = calledMs >= Math.ceil(endsAtMs / 1000) * 1000;
      if (seen !== '403' && Date.now() < endsAtMs) wrong.push(`${seen} before its end`);
      if (seen !== '200' && isOver) wrong.push(`${seen} after its end`);
      return seen;
    };
    await expect.poll(call, { timeout: 90_000, intervals: [200] }).toBe('200');
    expect(wrong).toEqual([]);
  } finally {
    process.kill(portal, 'SIGCONT');
  }

  await signIn(page, demo, 'viewer');
  await expect(async () => {
    await page.goto(demo.portalUrl);
    await expect(page.getByRole('status').filter({ hasText: 'sandbox' })).toContainText(
      'The trial in sandbox went back by itself',
      { timeout: 1_000 },
    );
  }).toPass();
});

test('without scripts a trial is put off to a date in UTC, said on every page, and cancelled there', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, 'manage_mtls');
  await page.goto(`${demo.portalUrl}/enforcement?environment=sandbox`);
  const evidence = page.getByRole('region', { name: 'Evidence for sandbox' });
  const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  await evidence.getByRole('radio', { name: 'at a date' }).check();
  const schedule = async () => {
    await evidence.getByLabel(/to confirm/).fill('enforce sandbox');
    await evidence.getByRole('button', { name: 'Start or schedule trial' }).click();
  };
  await schedule();
  await expect(evidence.locator('.notice')).toContainText('No date was given');
  await evidence.getByLabel(/Date and time/).fill(`${day}T09:30`);
  await schedule();
  await expect(evidence).toContainText(`A 15-minute trial starts by itself on ${day} 09:30 UTC`);
  await page.goto(demo.portalUrl);
  const line = page.getByRole('complementary', { name: 'Schedule of sandbox' });
  await expect(line).toContainText(`${day} 09:30 UTC`);
  await line.getByRole('button', { name: 'Cancel' }).click();
  await expect(line).toHaveCount(0);
  await context.close();
});
