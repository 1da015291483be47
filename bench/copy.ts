/** Rows into a PostgreSQL by COPY, as fast as it takes them. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { postgresBinaries } from '../scripts/postgres';

export type Value = string | number | Date | Buffer | null;
export type Table = { name: string; columns: string; rows: () => Iterable<readonly Value[]> };

const CHUNK_BYTES = 1 << 20;

export function sha256(of: string | Buffer): Buffer {
  return createHash('sha256').update(of).digest();
}

/** COPY by psql, whose standard input is as fast as it is read. */
export async function copied(databaseUrl: string, { name, columns, rows }: Table): Promise<void> {
  const psql = join(postgresBinaries() ?? '', 'psql');
  const sql = `COPY ${name} (${columns.replace(/\s+/g, ' ')}) FROM STDIN`;
  const child = spawn(psql, ['-q', '-v', 'ON_ERROR_STOP=1', '-c', sql, databaseUrl], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  let chunk = '';
  const flush = async () => {
    if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain'), ended]);
    chunk = '';
  };
  for (const row of rows()) {
    chunk += `${row.map(text).join('\t')}\n`;
    if (chunk.length > CHUNK_BYTES) await flush();
  }
  await flush();
  child.stdin.end();
  const [status] = await ended;
  if (status !== 0) throw new Error(`COPY ${name} ended with ${String(status)}`);
}

/** None of our texts has a tab, a line end or a backslash, which COPY would want escaped. */
function text(value: Value): string {
  if (value === null) return '\\N';
  if (value instanceof Date) return value.toISOString();
  return Buffer.isBuffer(value) ? `\\\\x${value.toString('hex')}` : String(value);
}
