/** HAProxy's runtime API: one command a connection, so that each reaches the process that answers calls now. */
import { connect } from 'node:net';
import type { MapEntry } from '@/gateway/haproxy-map';
import { SECOND_MS } from '@/lib/kernel/time';

export type HaproxyMap = {
  /** The value of a key; null when it has none. */
  value(key: string): Promise<string | null>;
  /** A key that the map does not have: another line of the same key would not be seen. */
  add(entry: MapEntry): Promise<void>;
  /** A key that the map has. HAProxy walks the map for it. */
  set(entry: MapEntry): Promise<void>;
  /** Replaces the whole map; until it is done the old one answers. */
  replace(entries: Iterable<MapEntry>): Promise<void>;
};

/** The socket cannot be reached, or HAProxy did not do what it was told. */
export class HaproxyError extends Error {}

const ANSWER_WITHIN_MS = 5 * SECOND_MS;
/** A command has to fit into HAProxy's buffer of 16 KiB. */
const MAX_PAYLOAD_BYTES = 12_000;

/** @param input.mapFile the name of the map: its file, as the configuration has it */
export function haproxyMap(input: { socketPath: string; mapFile: string }): HaproxyMap {
  const { mapFile } = input;
  const tell = async (command: string, accepted: RegExp = NOTHING): Promise<string> => {
    const answer = await ask(input.socketPath, command);
    if (accepted.test(answer)) return answer;
    throw new HaproxyError(`HAProxy answered "${answer.trim().slice(0, 200)}"`);
  };
  return {
    async value(key) {
      const answer = await tell(`get map ${mapFile} ${key}\n`, /, found=(yes|no)/);
      return /, value="([^"]*)"/.exec(answer)?.[1] ?? null;
    },
    async add({ key, value }) {
      await tell(`add map ${mapFile} ${key} ${value}\n`);
    },
    async set({ key, value }) {
      await tell(`set map ${mapFile} ${key} ${value}\n`);
    },
    async replace(entries) {
      const prepared = await tell(`prepare map ${mapFile}\n`, /New version created: \d+/);
      const version = /\d+/.exec(prepared)?.[0] ?? '';
      const add = (lines: string) => tell(`add map @${version} ${mapFile} <<\n${lines}\n`);
      let lines = '';
      for (const { key, value } of entries) {
        const line = `${key} ${value}\n`;
        if (lines.length + line.length > MAX_PAYLOAD_BYTES) {
          await add(lines);
          lines = '';
        }
        lines += line;
      }
      if (lines !== '') await add(lines);
      await tell(`commit map @${version} ${mapFile}\n`);
    },
  };
}

const NOTHING = /^\s*$/;

function ask(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let answer = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('connect', () => socket.write(command));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', (error) => reject(new HaproxyError(error.message)));
    socket.on('close', () => reject(new HaproxyError('the connection was closed')));
  });
}
