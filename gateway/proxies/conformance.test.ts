import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES, expectationOf } from '@/gateway/proxies/testing/cases';
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

let api: Recorder;
let edge: Setting;
const proxies: Beside[] = [];
const faces = new Map<Product, Face>();

beforeAll(async () => {
  api = await recorder();
  edge = await setting({
    EDGE_UPSTREAM: api.url,
    EDGE_UPSTREAM_SECRET: 'known-to-the-api',
    EDGE_HAPROXY_SOCKET: '{folder}/haproxy.sock',
  });
  const leaves = await leavesFor(edge);
  const held = () => until(() => edge.gateway.state()?.number === edge.portal.number());
  const written = () => until(() => edge.gateway.haproxy?.applied() === edge.portal.number());
  faces.set('gateway', faceOf({ product: 'gateway', setting: edge, leaves, settled: held }));
  for (const [product, start] of [
    ['nginx', nginxBeside],
    ['HAProxy', haproxyBeside],
    ['Caddy', caddyBeside],
  ] as const) {
    const proxy = await start(edge);
    proxies.push(proxy);
    const { setting } = proxy;
    const settled = product === 'HAProxy' ? written : held;
    await settled();
    faces.set(product, faceOf({ product, setting, leaves, settled }));
  }
}, 60_000);
afterAll(async () => {
  for (const proxy of proxies) await proxy.stop();
  await edge.stop();
  await api.stop();
});

describe.each(PRODUCTS)('%s', (product) => {
  it.each(CASES)(
    '$title',
    async (one) => {
      const face = faces.get(product);
      expect(face && (await one.run(face))).toBe(expectationOf(one, product));
    },
    20_000,
  );
});
