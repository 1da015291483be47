/** One run: the place is opened, load goes over it, the phases break things, and everything is looked at in the end. */
import { type Load, startLoad } from './load';
import {
  cutConnections,
  databaseCrashes,
  failingInserts,
  failpoints,
  kills,
  type Scene,
  twoPortals,
} from './phases';
import { openPlace } from './place';
import { seededRandom } from './random';
import { type Finding, settled, verdict, watchLimit } from './verdict';

export type Amounts = {
  readonly kills: number;
  /** Rounds over all failpoints. */
  readonly failpoints: number;
  /** Rounds over all tables. */
  readonly failingInserts: number;
  readonly databaseCrashes: number;
  readonly cuts: number;
  readonly killsOfTwo: number;
  readonly repeats: number;
};
export type Report = {
  readonly findings: readonly Finding[];
  readonly broken: readonly string[];
  readonly issued: number;
  readonly revoked: number;
  readonly answers: Readonly<Record<string, number>>;
};

const LOOK_EVERY_MS = 400;

export async function runCrashes(input: {
  root: string;
  seed: number;
  amounts: Amounts;
  logFile: string;
  say: (line: string) => void;
}): Promise<Report> {
  const { root, seed, amounts, logFile } = input;
  const random = seededRandom(seed);
  const place = await openPlace({ root, logFile });
  try {
    const load = await startLoad(place, random);
    const limit = watchLimit(place, LOOK_EVERY_MS);
    await phases({ place, load, random }, amounts, input.say);
    await load.finish();
    const pending = await settled(place);
    await load.repeat(amounts.repeats);
    const findings = [await limit(), pending, ...(await verdict(place, load.diary))];
    return reportOf(load, findings);
  } finally {
    await place.stop();
  }
}

async function phases(scene: Scene, amounts: Amounts, say: (line: string) => void): Promise<void> {
  const all: [string, number, (scene: Scene, count: number) => Promise<void>][] = [
    ['SIGKILLs of portal and signer', amounts.kills, kills],
    ['rounds over every failpoint', amounts.failpoints, failpoints],
    [
      'rounds of one failing INSERT in each of three tables',
      amounts.failingInserts,
      failingInserts,
    ],
    ['crashes of the database', amounts.databaseCrashes, databaseCrashes],
    ['COMMITs without an answer', amounts.cuts, cutConnections],
    ['SIGKILLs of two portals and the signer', amounts.killsOfTwo, twoPortals],
  ];
  for (const [words, count, phase] of all) {
    if (count === 0) continue;
    const started = performance.now();
    const before = scene.load.diary.issued.size;
    await phase(scene, count);
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    say(`${count} ${words}: ${scene.load.diary.issued.size - before} certificates, ${seconds} s`);
  }
}

function reportOf({ diary }: Load, findings: readonly Finding[]): Report {
  return {
    findings,
    broken: diary.broken,
    issued: diary.issued.size,
    revoked: diary.revoked.size,
    answers: Object.fromEntries([...diary.answers].sort()),
  };
}
