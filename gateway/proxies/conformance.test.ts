import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGED_CASES, CASES, type Case, expectationOf } from '@/gateway/proxies/testing/cases';
import { documented, record, tableOf } from '@/gateway/proxies/testing/document';
import {
  type Face,
  faceOf,
  leavesFor,
  PRODUCTS,
  type Product,
} from '@/gateway/proxies/testing/face';
import {
  type Beside,
  caddyBeside,
  haproxyBeside,
  nginxBeside,
} from '@/gateway/proxies/testing/products';
import { type Recorder, recorder } from '@/gateway/testing/recorder';
import { type Setting, setting, until } from '@/gateway/testing/setting';

const BESIDE = { nginx: nginxBeside, HAProxy: haproxyBeside, Caddy: caddyBeside } as const;

/** One API, one edge, and all the ways in. */
type Scene = { edge: Setting; faces: Record<Product, Face>; stop(): Promise<void> };

async function scene(env: Record<string, string> = {}): Promise<Scene> {
  const api: Recorder = await recorder();
  const edge = await setting({
    EDGE_UPSTREAM: api.url,
    EDGE_UPSTREAM_SECRET: 'known-to-the-api',
    EDGE_HAPROXY_SOCKET: '{folder}/haproxy.sock',
    ...env,
  });
  const leaves = await leavesFor(edge);
  const held = () => until(() => edge.gateway.state()?.number === edge.portal.number());
  const written = () => until(() => edge.gateway.haproxy?.applied() === edge.portal.number());
  const proxies: Beside[] = [];
  const face = async (product: 'nginx' | 'HAProxy' | 'Caddy') => {
    const proxy = await BESIDE[product](edge);
    proxies.push(proxy);
    const settled = product === 'HAProxy' ? written : held;
    await settled();
    return faceOf({ product, setting: proxy.setting, leaves, settled });
  };
  const faces = {
    gateway: faceOf({ product: 'gateway', setting: edge, leaves, settled: held }),
    nginx: await face('nginx'),
    HAProxy: await face('HAProxy'),
    Caddy: await face('Caddy'),
  };
  return {
    edge,
    faces,
    async stop() {
      for (const proxy of proxies) await proxy.stop();
      await edge.stop();
      await api.stop();
    },
  };
}

const seen = new Map<Case, Map<Product, string>>(
  [...CASES, ...AGED_CASES].map((one) => [one, new Map()]),
);

async function judge(here: Scene, product: Product, one: Case): Promise<void> {
  const outcome = await one.run(here.faces[product]);
  seen.get(one)?.set(product, outcome);
  expect(outcome).toBe(expectationOf(one, product));
}

describe('with a portal', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene();
  }, 60_000);
  afterAll(() => here.stop());

  describe.each(PRODUCTS)('%s', (product) => {
    it.each(CASES)('$title', (one) => judge(here, product, one), 20_000);
  });
});

describe('T16: with a portal that was away for longer than SNAPSHOT_MAX_AGE', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene({ SNAPSHOT_MAX_AGE: '1' });
    await here.edge.portal.stop();
    const asOfMs = here.edge.gateway.state()?.asOfMs ?? 0;
    // HAProxy counts whole seconds.
    await until(() => Date.now() > asOfMs + 3_000);
  }, 60_000);
  afterAll(() => here.stop());

  describe.each(PRODUCTS)('%s', (product) => {
    it.each(AGED_CASES)('$title', (one) => judge(here, product, one), 20_000);
  });
});

describe('docs/edges.md', () => {
  it('has the table of this run; to renew it, run the command above the table', () => {
    if (process.env.RECORD_EDGES === '1') record(seen);
    expect(documented()).toBe(tableOf(seen));
  });
});
