/** Entry of the edge process: `node --import tsx gateway/main.ts`. */
import { ConfigError, parseConfig } from '@/gateway/config';
import { type Gateway, startGateway } from '@/gateway/gateway';
import { startTraces } from '@/lib/telemetry/start';

// What somebody else said may be in a line, and may not make another one of it.
const log = (line: string) =>
  process.stderr.write(`edge: ${line.replaceAll(/\p{Cc}/gu, escaped)}\n`);

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

let gateway: Gateway | null = null;
let traces = { stop: async () => {} };
let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  await gateway?.stop();
  await traces.stop();
  process.exit(0);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// The parent is gone, perhaps while we start: an edge that nobody can stop must not stay.
process.on('disconnect', stop);

try {
  const config = parseConfig(process.env);
  traces = await startTraces({ service: 'countersign-edge', env: process.env, onTrouble: log });
  gateway = await startGateway(config, { nowMs: Date.now, log });
  await gateway.ready;
  const { ports } = gateway;
  process.send?.({ ready: true, ports });
  const all = Object.entries(ports).map(([e, p]) => `${e} mTLS ${p.mtls} standard ${p.standard}`);
  const own = config.listeners === 'on' ? ` on ${config.host}: ${all.join(', ')}` : '';
  process.stdout.write(`edge: ready${own}\n`);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  const { message } = error;
  // Whoever started us says it, once; on our own we do.
  if (process.send)
    process.send({ error: `The edge could not start: ${message}` }, () => process.exit(1));
  else {
    log(message);
    process.exit(1);
  }
}
