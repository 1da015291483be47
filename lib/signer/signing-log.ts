/**
 * The signer's own record of what its keys signed: one JSON line each, every line with the digest of the one before,
 * on disk before a signature leaves. What the database says is compared with it (`ca verify-log`).
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';

const hex = (octets: number) => z.string().regex(new RegExp(`^[0-9a-f]{${octets * 2}}$`));
const signed = { issuerId: z.string(), tbsSha256: hex(32), signature: z.base64() };
const serialHex = z.string().regex(/^[0-9A-F]{32}$/);

const Entry = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('certificate'), intentId: z.string(), serialHex, ...signed }),
  z.strictObject({ op: z.literal('responder'), responderId: z.string(), serialHex, ...signed }),
  z.strictObject({
    op: z.literal('crl'),
    number: z.number().int().positive(),
    entries: z.number().int().nonnegative(),
    ...signed,
  }),
  /** A backup was restored; so many certificates that the database had and the backup had not follow. */
  z.strictObject({
    op: z.literal('restored'),
    backupHead: z.string(),
    certificates: z.number().int().nonnegative(),
  }),
]);
const Line = z.object({ n: z.number().int().positive(), at: z.iso.datetime(), prev: hex(32) });

export type LogEntry = z.infer<typeof Entry>;
export type LoggedEntry = LogEntry & { readonly at: Date };

export type SigningLog = {
  /** Resolves once the line is on disk. @throws Error when it cannot be written: nothing may then be handed out */
  append(entry: LogEntry): Promise<void>;
  head(): { entries: number; head: string };
  close(): Promise<void>;
};

/** The log does not continue itself: somebody changed it. */
export class LogError extends Error {}

const NO_LINE = '0'.repeat(64);
const CHUNK_BYTES = 1 << 20;

/**
 * Opens the log for appending, after reading all of it.
 * @param input.onEntry gets every entry there is, oldest first
 * @throws LogError when the chain is broken; a last line that was cut short by a crash was never acted on and goes
 */
export async function openSigningLog(input: {
  path: string;
  now: () => Date;
  onEntry: (entry: LoggedEntry) => void;
}): Promise<SigningLog> {
  const file = await open(input.path, 'a+', 0o600);
  const chain = await readLog(file, input.onEntry);
  await file.truncate(chain.bytes);
  return chainedLog({ file, now: input.now, chain });
}

type Chain = { entries: number; head: string; bytes: number };
type Waiting = { at: Date; entry: LogEntry; done: () => void; failed: (cause: unknown) => void };

function chainedLog(input: { file: FileHandle; now: () => Date; chain: Chain }): SigningLog {
  const { file, now } = input;
  // What is on disk, and nothing else: a line that could not be written has no successor.
  let chain = input.chain;
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;
  let isWhole = true;

  async function write(batch: readonly Waiting[]): Promise<void> {
    // What a full disk left of a line would be in the middle of the log.
    if (!isWhole) await file.truncate(chain.bytes);
    isWhole = false;
    const { text, after } = linesOf(chain, batch);
    await file.appendFile(text);
    await file.datasync();
    chain = after;
    isWhole = true;
  }

  // Whoever comes while a line is being written shares the next write.
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(batch);
        for (const { done } of batch) done();
      } catch (cause) {
        for (const { failed } of batch) failed(cause);
      }
    }
    flushing = null;
  }

  return {
    append(entry) {
      return new Promise<void>((done, failed) => {
        waiting.push({ at: now(), entry, done, failed });
        flushing ??= flush();
      });
    },
    head: () => ({ entries: chain.entries, head: chain.head }),
    async close() {
      await flushing;
      await file.close();
    },
  };
}

function linesOf(before: Chain, batch: readonly Waiting[]): { text: string; after: Chain } {
  let { entries, head, bytes } = before;
  let text = '';
  for (const { at, entry } of batch) {
    entries += 1;
    const line = JSON.stringify({ n: entries, at: at.toISOString(), prev: head, ...entry });
    head = digest(line);
    bytes += Buffer.byteLength(line) + 1;
    text += `${line}\n`;
  }
  return { text, after: { entries, head, bytes } };
}

/** Reads and checks a log, whoever writes it. @returns what was read of it @throws LogError */
export async function readSigningLog(
  path: string,
  onEntry: (entry: LoggedEntry) => void,
): Promise<{ entries: number; head: string; bytes: number }> {
  const file = await open(path, 'r');
  try {
    return await readLog(file, onEntry);
  } finally {
    await file.close();
  }
}

async function readLog(file: FileHandle, onEntry: (entry: LoggedEntry) => void) {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let chain = { entries: 0, head: NO_LINE, bytes: 0 };
  let rest = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return chain;
    at += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      const text = rest.toString('utf8', start, end);
      chain = continued(chain, text, end - start + 1);
      onEntry(entryOf(text, chain.entries));
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

function continued(
  before: { entries: number; head: string; bytes: number },
  text: string,
  bytes: number,
) {
  const { n, prev } = parsed(text, before.entries + 1);
  if (n !== before.entries + 1 || prev !== before.head) {
    throw new LogError(
      `line ${before.entries + 1} of the signer log does not continue the line before it`,
    );
  }
  return { entries: n, head: digest(text), bytes: before.bytes + bytes };
}

function parsed(text: string, line: number): z.infer<typeof Line> {
  const read = Line.safeParse(json(text, line));
  if (read.success) return read.data;
  throw new LogError(`line ${line} of the signer log is not one that was written here`);
}

function entryOf(text: string, line: number): LoggedEntry {
  const { n: _n, at, prev: _prev, ...rest } = Object(json(text, line));
  const entry = Entry.safeParse(rest);
  if (!entry.success) throw new LogError(`line ${line} of the signer log names nothing known`);
  return { ...entry.data, at: new Date(String(at)) };
}

function json(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LogError(`line ${line} of the signer log is damaged`);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
