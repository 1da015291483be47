/**
 * Sessions of one PKCS#11 token: a few, each doing one thing at a time (a second signature in a session is
 * CKR_OPERATION_ACTIVE), all opened again when the token was lost.
 */
import {
  inWords,
  type Lane,
  quietly,
  type TokenPackages,
  type TokenSettings,
  tokenCode,
  tokenConnection,
  tokenPackages,
} from './token-connection';

export type TokenSessions = {
  readonly packages: TokenPackages;
  /** Does work in a free session; when the token fails it is opened again and the work done once more. */
  run<T>(work: (lane: Lane) => Promise<T>): Promise<T>;
  /** In a session that may write; what was half done is not done again. */
  write<T>(work: (lane: Lane) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

const LANES = 4;

/** @throws TokenError naming what is missing or wrong */
export function openTokenSessions(settings: TokenSettings): TokenSessions {
  const packages = tokenPackages();
  let connection = tokenConnection(packages, settings, LANES);
  const pool = lanePool(connection.lanes);
  let reopening: Promise<void> | null = null;
  let generation = 0;

  const reopen = () =>
    pool.exchange(() => {
      connection = connection.again();
      generation += 1;
      return connection.lanes;
    });

  async function recovered(seen: number): Promise<void> {
    if (seen !== generation) return;
    reopening ??= reopen().finally(() => {
      reopening = null;
    });
    await reopening;
  }

  return {
    packages,
    async run(work) {
      const seen = generation;
      try {
        return await pool.once(work);
      } catch (error) {
        if (tokenCode(error) === null) throw error;
      }
      try {
        await recovered(seen);
        return await pool.once(work);
      } catch (error) {
        throw inWords(error, settings);
      }
    },
    async write(work) {
      try {
        const lane = connection.writing();
        return await work(lane).finally(() => quietly(() => lane.session.close()));
      } catch (error) {
        throw inWords(error, settings);
      }
    },
    close: () =>
      pool.exchange((lanes) => {
        for (const { session } of lanes) quietly(() => session.close());
        return lanes;
      }),
  };
}

function lanePool(lanes: readonly Lane[]) {
  const free = [...lanes];
  const waiting: ((lane: Lane) => void)[] = [];
  const take = (): Promise<Lane> => {
    const lane = free.pop();
    return lane ? Promise.resolve(lane) : new Promise((given) => waiting.push(given));
  };
  const give = (lane: Lane): void => {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  };
  return {
    async once<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
      const lane = await take();
      try {
        return await work(lane);
      } finally {
        give(lane);
      }
    },
    /** With every lane in hand nobody is inside the library when it is put down. */
    async exchange(change: (lanes: readonly Lane[]) => readonly Lane[]): Promise<void> {
      const taken = await Promise.all(lanes.map(take));
      let changed: readonly Lane[] = taken;
      try {
        changed = change(taken);
      } finally {
        for (const lane of changed) give(lane);
      }
    },
  };
}
