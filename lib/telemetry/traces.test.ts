import { execFileSync } from 'node:child_process';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '@/lib/kernel/errors';
import { HOUR_MS } from '@/lib/kernel/time';
import { telemetrySettings, wantsTraces } from './settings';
import { activeSpan, traced, traceHeaders, tracing } from './span';
import { startTraces } from './start';
import { type Collector, openCollector, pathOf } from './testing';

const SECRET = 'hunter2 of mara@meridian.example';
const before = { ...process.env };
let collector: Collector;
let said: string[];
let traces: { stop(): Promise<void> };

/** The SDK reads its settings from the environment of the process. */
async function start(
  manner: 'takes' | 'fails' | 'hangs' = 'takes',
  settings: Record<string, string> = {},
): Promise<void> {
  collector = await openCollector(manner);
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings });
  await begin();
}

async function begin(): Promise<void> {
  const onTrouble = (line: string) => void said.push(line);
  traces = await startTraces({ service: 'countersign-portal', env: process.env, onTrouble });
}

beforeEach(() => {
  said = [];
});
afterEach(async () => {
  await traces?.stop();
  await collector?.close();
  process.env = { ...before };
});

describe('traces', () => {
  it('are off where nothing asks for them: the work is done, no package is loaded, nothing is sent', () => {
    const program = `
      import { createRequire } from 'node:module';
      import { startTraces } from '@/lib/telemetry/start';
      import { traced, traceHeaders } from '@/lib/telemetry/span';
      const traces = await startTraces({ service: 'countersign-portal', env: process.env, onTrouble: console.log });
      const done = await traced({ name: 'work' }, async (span) => {
        span.note({ 'countersign.operation': 'x' });
        return 'done';
      });
      await traces.stop();
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((name) => name.includes('opentelemetry'));
      console.log(JSON.stringify([done, traceHeaders(), loaded]));`;
    const run = (env: Record<string, string>) =>
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        env: { ...before, ...env },
        encoding: 'utf8',
      }).trim();
    expect(run({})).toBe('["done",{},[]]');
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    expect(run({ ...on, OTEL_SDK_DISABLED: 'true' })).toBe('["done",{},[]]');
    expect(run({ ...on, OTEL_TRACES_EXPORTER: 'none' })).toBe('["done",{},[]]');
    // Where it is on they are loaded, so the list would show them.
    expect(run({ ...on, OTEL_TRACES_SAMPLER: 'always_off' })).toContain('opentelemetry');
  });

  it('nest as the work does, across awaits, under the name of their service', async () => {
    await start('takes', { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=eu' });
    await traced({ name: 'outer', kind: 'server' }, async () => {
      await new Promise((done) => setImmediate(done));
      await traced({ name: 'inner', attributes: { 'db.operation.name': 'SELECT' } }, async () => 1);
    });
    await traces.stop();
    const spans = collector.spans();
    const inner = spans.find(({ name }) => name === 'inner');
    expect(inner && pathOf(inner, spans)).toEqual([
      'countersign-portal: inner',
      'countersign-portal: outer',
    ]);
    expect(inner?.attributes).toEqual({ 'db.operation.name': 'SELECT' });
    expect(collector.text()).toContain('"deployment.environment.name"');
  });

  it('have the name that OTEL_SERVICE_NAME gives, and the headers that a collector wants', async () => {
    await start('takes', { OTEL_SERVICE_NAME: 'mtls-eu', OTEL_TRACES_SAMPLER: 'always_on' });
    await traced({ name: 'work' }, async () => 1);
    await traces.stop();
    expect(collector.spans().map(({ service }) => service)).toEqual(['mtls-eu']);
  });

  it('are sampled as OTEL_TRACES_SAMPLER says, and whoever is asked next is told', async () => {
    await start('takes', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
    await traced({ name: 'work' }, async () => {
      const { traceparent } = traceHeaders();
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      await traced({ name: 'part', kind: 'client' }, async () => {
        expect(traceHeaders()).toEqual({ traceparent });
      });
      await traced({ name: 'asked', kind: 'server', parent: traceparent }, async () => {
        expect(activeSpan()?.traceId).toBe(traceparent?.split('-')[1]);
      });
    });
    await traces.stop();
    expect(collector.spans()).toEqual([]);
  });

  it('go on from a traceparent that our code hands over, and from none that is malformed', async () => {
    await start();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parent = `00-${traceId}-b7ad6b7169203331-01`;
    await traced({ name: 'goes on', parent }, async () => {
      expect(activeSpan()?.traceId).toBe(traceId);
    });
    for (const wrong of ['nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `${parent}-x`]) {
      await traced({ name: 'begins', parent: wrong }, async (span) => {
        expect(activeSpan()?.traceId).not.toBe(traceId);
        span.link(wrong);
        span.link(parent);
      });
    }
    await traces.stop();
    for (const span of collector.spans().filter(({ name }) => name === 'begins')) {
      expect(span.links).toEqual([{ traceId, spanId: 'b7ad6b7169203331' }]);
    }
  });

  it.each(['1', '0'])(
    'end, of %s sampled: what a timer does later, that some request set, is not that request',
    async (share) => {
      await start('takes', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: share });
      let later: () => void = () => undefined;
      const timer = new Promise<void>((resolve) => {
        later = resolve;
      });
      let after: Promise<void> = Promise.resolve();
      await traced({ name: 'request' }, async () => {
        after = timer.then(async () => {
          expect([activeSpan(), tracing()?.within()]).toEqual([null, 'nothing']);
          await traced({ name: 'poll', where: 'beneath' }, async () => 1);
          await traced({ name: 'job' }, async () => 1);
        });
      });
      later();
      await after;
      await traces.stop();
      const spans = collector.spans();
      expect(spans.map(({ name }) => name)).toEqual(share === '1' ? ['request', 'job'] : []);
      expect(spans[1]?.parentSpanId).toBeUndefined();
    },
  );

  it('tell of an error its code or class: a refusal is an answer, anything else a fault', async () => {
    await start();
    const refusal = new AppError('not_found', { detail: SECRET });
    for (const error of [refusal, new TypeError(SECRET), SECRET]) {
      await expect(traced({ name: 'work' }, () => Promise.reject(error))).rejects.toBe(error);
    }
    await traces.stop();
    const told = collector.spans().map(({ attributes, status }) => [attributes, status.code]);
    expect(told).toEqual([
      [{ 'error.type': 'not_found' }, 0],
      [{ 'error.type': 'TypeError' }, 2],
      [{ 'error.type': 'string' }, 2],
    ]);
    expect(collector.text()).not.toContain('hunter2');
  });

  it('leave with nothing that is not on the list, whoever put it on the active span', async () => {
    await start();
    await traced({ name: 'work' }, async () => {
      const active = trace.getActiveSpan();
      active?.setAttribute('http.target', `/reset?token=${SECRET}`);
      active?.recordException(new Error(SECRET));
      active?.setStatus({ code: 2, message: SECRET });
      active?.addLink({
        context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 },
        attributes: { token: SECRET },
      });
    });
    await traces.stop();
    expect(collector.spans()).toHaveLength(1);
    expect(collector.text()).not.toContain('hunter2');
  });

  it('of Next are two kinds; all else it does runs in place, without a span', async () => {
    await start();
    const next = trace.getTracer('next.js', '16');
    const options = (type: string) => ({
      attributes: { 'next.span_type': type, 'http.target': `/?token=${SECRET}` },
    });
    await traced({ name: 'request', kind: 'server' }, async () => {
      const result = next.startActiveSpan('GET', options('BaseServer.handleRequest'), (span) => {
        span.setAttribute('http.url', SECRET);
        span.recordException(new Error(SECRET));
        return next.startActiveSpan('render', options('AppRender.getBodyResult'), (kept) => {
          kept.end();
          return 'rendered';
        });
      });
      expect(result).toBe('rendered');
      next.startSpan('start response', options('NextNodeServer.startResponse')).end();
    });
    // A probe, or a stream that lasts for days.
    next.startActiveSpan('route', options('AppRouteRouteHandlers.runHandler'), (span) =>
      span.end(),
    );
    await traces.stop();
    const spans = collector.spans();
    const paths = spans.map((span) => pathOf(span, spans).map((one) => one.split(': ')[1]));
    expect(paths).toEqual([['render', 'request'], ['request']]);
    expect(collector.text()).not.toContain('hunter2');
  });
});

describe('a collector', () => {
  const MANY = 6_000;
  async function work(): Promise<void> {
    for (let done = 0; done < MANY; done += 1) {
      expect(await traced({ name: 'work' }, async () => done)).toBe(done);
    }
  }

  it.each([
    ['fails', '500'],
    ['hangs', 'no answer in time'],
  ] as const)(
    'that %s takes nothing from the work, gets no more than the queue holds, and is warned of once',
    async (manner, why) => {
      const settings = {
        OTEL_BSP_SCHEDULE_DELAY: '5',
        OTEL_BSP_MAX_QUEUE_SIZE: '64',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '16',
        OTEL_EXPORTER_OTLP_TIMEOUT: '50',
      };
      await start(manner, settings);
      await work();
      await expect.poll(() => said.length, { timeout: 20_000 }).toBe(1);
      await work();
      await traces.stop();
      expect(said).toEqual([expect.stringContaining(`traces cannot be delivered (${why})`)]);
      expect(collector.asked()).toBeLessThan(MANY / 16);
      expect(tracing()).toBe(null);
    },
  );

  it('that never answers does not keep a process from stopping', async () => {
    const never = String(HOUR_MS);
    const settings = { OTEL_EXPORTER_OTLP_TIMEOUT: never, OTEL_BSP_EXPORT_TIMEOUT: never };
    await start('hangs', { ...settings, OTEL_BSP_SCHEDULE_DELAY: '1' });
    await traced({ name: 'under way' }, async () => 1);
    await expect.poll(() => collector.asked(), { timeout: 20_000 }).toBe(1);
    await traced({ name: 'waits' }, async () => 1);
    await traces.stop();
    expect(collector.spans()).toEqual([]);
  });

  it('that is not there is warned of once, and stopping does not wait for it', async () => {
    const { url, close } = await openCollector();
    await close();
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '50',
    });
    await begin();
    await work();
    await traces.stop();
    expect(said).toEqual([expect.stringContaining('traces cannot be delivered (ECONNREFUSED)')]);
  });
});

describe('settings of traces', () => {
  const Settings = z.object(telemetrySettings);
  const fault = (env: Record<string, string>) => Settings.safeParse(env).error?.issues[0]?.message;

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'such as http://127.0.0.1:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector', 'such as http://127.0.0.1:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', SECRET, 'name=value'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'parentbased_traceidratio'],
    ['OTEL_TRACES_SAMPLER_ARG', '7', 'a share from 0 to 1'],
    ['OTEL_TRACES_EXPORTER', 'zipkin', 'none'],
    ['OTEL_SDK_DISABLED', 'yes', 'true or false'],
  ])('%s=%s is refused with what to write, and without its value', (name, value, words) => {
    expect(fault({ [name]: value })).toContain(words);
    expect(fault({ [name]: value })).not.toContain(value);
  });

  it('are taken as OpenTelemetry writes them; only a collector turns traces on', () => {
    const given = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/v1/traces',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20x, X-Team=mtls',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=eu,host.name=a',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    };
    expect(fault(given)).toBeUndefined();
    expect(wantsTraces(given)).toBe(true);
    expect(wantsTraces({ ...given, OTEL_SDK_DISABLED: 'TRUE' })).toBe(false);
    expect(wantsTraces({ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe(false);
  });
});
