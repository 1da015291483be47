/** The portal's process: starts everything a portal needs, then serves Next behind our own front. */
import { createServer } from 'node:http';
import next from 'next';
import { systemScope } from '@/lib/access/scope';
import { announceFirewall } from '@/lib/firewall/announce';
import { healthFront, listenForMetrics } from '@/lib/health/front';
import { isStream, observeRequest } from '@/lib/health/observe';
import { traceRequest } from '@/lib/health/trace-request';
import { AppError } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { drain } from '@/lib/platform/drain';
import { type PortalEnv, portalEnv } from '@/lib/platform/env';
import { armFailpoint } from '@/lib/platform/failpoint';
import { httpFront } from '@/lib/platform/http-front';
import { log } from '@/lib/platform/log';
import { serveOperatorSocket } from '@/lib/platform/operator-socket';
import { newSecret } from '@/lib/platform/random';
import { pkiFront } from '@/lib/revocation/pki-front';
import { readDemo } from '@/lib/start-up/demo';
import { runOperatorVerb } from '@/lib/start-up/operator';
import { portalSettings, startPortal } from '@/lib/start-up/portal';
import { startTraces } from '@/lib/telemetry/start';

const STOP_WITHIN_MS = 8 * SECOND_MS;
/** So long answers that are under way may take to end. */
const ANSWER_WITHIN_MS = 4 * SECOND_MS;

async function main(): Promise<void> {
  // The embedded database makes its files for everybody; what lies in the data directory is the owner's alone.
  process.umask(0o077);
  const env = portalEnv(process.env);
  armFailpoint(process.env);
  process.env.NEXTAUTH_URL = env.publicUrl;
  const traces = await startTraces({
    service: 'countersign-portal',
    env: process.env,
    onTrouble: (line) => log().warn(line),
  });
  const settings = portalSettings(env, { root: process.cwd(), demo: env.demo ? 'yes' : 'no' });
  // Next reads its build while the database opens.
  const [portal, handle] = await Promise.all([startPortal(settings), pagesOf(env)]);
  await announceFirewall(env.firewall);
  const front = httpFront({ publicUrl: env.publicUrl, trustedProxies: env.trustedProxies });
  const pki = pkiFront();
  const stopping = drain(isStream);
  const health = healthFront(env.metrics);
  const metricsServer = await listenForMetrics(env.metrics);
  const server = createServer({ requestTimeout: 60 * SECOND_MS }, (request, response) => {
    observeRequest(request, response);
    traceRequest(request, response, () => {
      if (stopping.take(request, response)) return undefined;
      if (health.take(request, response) || pki.take(request, response)) return undefined;
      if (!front(request, response)) return undefined;
      return handle(request, response).catch((error: unknown) => {
        log().error({ err: error }, 'a request failed outside its route');
        response.destroy();
      });
    });
  });
  const socket = await serveOperatorSocket(env.dataDir, answerOperator);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(env.port, env.host, done);
  });

  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    server.close();
    server.closeIdleConnections();
    socket.close();
    metricsServer?.close();
    await stopping.begin(ANSWER_WITHIN_MS);
    await portal.stop();
    await traces.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.send?.({
    ready: true,
    firstStart: portal.firstStart,
    demo: env.demo ? readDemo(env.dataDir) : null,
  });
}

async function pagesOf(env: PortalEnv) {
  const app = next({ dev: false, dir: process.cwd(), hostname: env.host, port: env.port });
  await app.prepare();
  return app.getRequestHandler();
}

async function answerOperator(request: unknown): Promise<unknown> {
  const { noun, verb, args } = Object(request);
  const scope = systemScope('command line', `cli_${newSecret().slice(0, 16)}`);
  try {
    return {
      result: await runOperatorVerb(scope, { noun: String(noun), verb: String(verb), args }),
    };
  } catch (error) {
    if (error instanceof AppError) return { error: error.detail };
    log().error({ err: error }, 'an operator verb failed');
    return { error: 'The verb failed for a reason that is in the log of the portal.' };
  }
}

main().catch((error: unknown) => {
  const line = startFailure(error);
  if (process.send) process.send({ error: line }, () => process.exit(1));
  else {
    process.stderr.write(`${line}\n`);
    process.exit(1);
  }
});

function startFailure(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is in use. Stop what listens there, or set PORT to another one.`;
  }
  // Next throws plain objects now and then.
  const { message } = Object(error);
  return typeof message === 'string' ? message : JSON.stringify(error);
}
