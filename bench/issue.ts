/**
 * `npm run bench:issue`: certificates per second over HTTP, durable on PostgreSQL, 16 in flight: our portal with a signer
 * of its own, `cfssl serve` with its PostgreSQL certdb, and the bare work in one process, by kind of CA key. The sides
 * alternate in one run. KINDS="EC P-256" narrows it, ROUNDS and PER_ROUND change its length, PROFILE=<folder> takes CPU
 * profiles of portal and signer.
 */
import { type PrivatePostgres, startPrivatePostgres } from '../scripts/postgres';
import { ensureBuilt, ensureGenerated } from '../scripts/start/build';
import { IN_FLIGHT, median, percentile, type Side } from './issuing-load';
import { bareSide, type CaKind, cfsslSide, ensureOtherTools, portalSide } from './issuing-sides';
import { processorMs } from './processor-time';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const PER_ROUND = Number(process.env.PER_ROUND ?? 400);
const WARM_UP = Number(process.env.WARM_UP ?? 400);
const RUNS: readonly { name: string; kind: CaKind; custody: 'sealed' | 'token' }[] = [
  { name: 'EC P-256', kind: 'EC P-256', custody: 'sealed' },
  { name: 'EC P-384', kind: 'EC P-384', custody: 'sealed' },
  { name: 'RSA 2048', kind: 'RSA 2048', custody: 'sealed' },
  { name: 'PKCS#11 P-256', kind: 'EC P-256', custody: 'token' },
];

ensureOtherTools();
const settings = {
  root: process.cwd(),
  say: (line: string) => console.log(line),
  signal: new AbortController().signal,
};
await ensureGenerated(settings);
await ensureBuilt(settings);
const postgres = await startPrivatePostgres({ fsync: 'on' });
console.log(`${ROUNDS} rounds of ${PER_ROUND}, ${IN_FLIGHT} in flight, sides in turn`);
try {
  const wanted = process.env.KINDS?.split(',');
  for (const run of RUNS) {
    if (!wanted || wanted.includes(run.name)) await compare(postgres, run);
  }
} finally {
  await postgres.stop();
}
process.exit(0);

async function compare(server: PrivatePostgres, run: (typeof RUNS)[number]): Promise<void> {
  const { kind, custody } = run;
  const database = (side: string) =>
    server.createDatabase(`${side}_${run.name.replace(/\W/g, '_').toLowerCase()}`);
  const sides: Record<'portal' | 'cfssl' | 'bare', Side> = {
    portal: await portalSide({
      databaseUrl: await database('portal'),
      kind,
      custody,
      total: WARM_UP + ROUNDS * PER_ROUND,
      nodeArgs: profiled('portal'),
      signerNodeArgs: profiled('signer'),
    }),
    cfssl: await cfsslSide({ databaseUrl: await database('cfssl'), kind }),
    bare: await bareSide({ databaseUrl: await database('bare'), kind }),
  };
  const names = ['portal', 'cfssl', 'bare'] as const;
  const rates = { portal: [] as number[], cfssl: [] as number[], bare: [] as number[] };
  type Spent = Record<string, number>[];
  const processor = { portal: [] as Spent, cfssl: [] as Spent, bare: [] as Spent };
  const times = { portal: [] as number[], cfssl: [] as number[], bare: [] as number[] };
  for (const name of names) await sides[name].run(WARM_UP);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const measured = spent(sides[name], server);
      const started = performance.now();
      times[name].push(...(await sides[name].run(PER_ROUND)));
      rates[name].push((PER_ROUND * 1000) / (performance.now() - started));
      processor[name].push(measured());
    }
  }
  for (const name of names) await sides[name].stop();
  console.log(`\nCA key ${run.name}`);
  for (const name of names) {
    const each = `p50 ${percentile(times[name], 0.5).toFixed(1)} ms, p99 ${percentile(times[name], 0.99).toFixed(1)} ms`;
    console.log(`  ${name.padEnd(6)} ${spread(rates[name], 0)} certificates/s, ${each}`);
    console.log(`         processor time a certificate: ${parts(processor[name])}`);
  }
  for (const other of ['cfssl', 'bare'] as const) {
    const ratios = rates.portal.map((rate, index) => rate / (rates[other][index] ?? Number.NaN));
    console.log(`  portal/${other} ${spread(ratios, 2)}`);
  }
}

/** @returns what tells the processor's milliseconds since then, by process */
function spent(side: Side, server: PrivatePostgres): () => Record<string, number> {
  const now = () => ({
    ...Object.fromEntries(Object.entries(side.pids).map(([name, pid]) => [name, processorMs(pid)])),
    PostgreSQL: processorMs(server.pid),
    caller: ownMs(),
  });
  const before: Record<string, number> = now();
  return () =>
    Object.fromEntries(
      Object.entries(now()).map(([name, after]) => [name, after - (before[name] ?? Number.NaN)]),
    );
}

function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Medians, the greatest first. */
function parts(rounds: readonly Record<string, number>[] = []): string {
  return Object.keys(rounds[0] ?? {})
    .map((name) => ({
      name,
      each: median(rounds.map((round) => round[name] ?? Number.NaN)) / PER_ROUND,
    }))
    .sort((a, b) => b.each - a.each)
    .map(({ name, each }) => `${name} ${each.toFixed(2)} ms`)
    .join(', ');
}

/** Median and range. */
function spread(values: readonly number[], digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

function profiled(name: string): readonly string[] {
  const folder = process.env.PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}/${name}`] : [];
}
