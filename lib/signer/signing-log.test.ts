import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LogEntry, openSigningLog, readSigningLog } from './signing-log';

const now = () => new Date('2026-11-21T05:45:30Z');

function entry(number: number): LogEntry {
  const signed = { issuerId: 'iss_1', tbsSha256: 'a'.repeat(64), signature: 'AAAA' };
  return { op: 'crl', number, entries: 0, ...signed };
}

/** What may be written to a file of this process ends there, as on a full disk; null: nowhere. */
function limitFiles(bytes: number | null): void {
  const soft = bytes === null ? 'unlimited' : String(bytes);
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${soft}:`]);
}

describe('openSigningLog', () => {
  it('a disk that was full leaves no gap and no half line: the log goes on when there is room', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'countersign-log-')), 'signer.log');
    const log = await openSigningLog({ path, now, onEntry: () => undefined });
    await log.append(entry(1));
    const before = log.head();
    const probe = await open(path, 'r');
    const { size } = await probe.stat();
    await probe.close();

    const ignore = () => undefined;
    process.on('SIGXFSZ', ignore);
    limitFiles(size + 100);
    const lost = await Promise.allSettled([log.append(entry(2)), log.append(entry(3))]);
    const late = await Promise.allSettled([log.append(entry(4))]);
    limitFiles(null);
    process.off('SIGXFSZ', ignore);
    expect([...lost, ...late].map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(log.head()).toEqual(before);

    await Promise.all([log.append(entry(5)), log.append(entry(6))]);
    await log.close();
    const numbers: number[] = [];
    const read = await readSigningLog(path, (one) => {
      if (one.op === 'crl') numbers.push(one.number);
    });
    expect(numbers).toEqual([1, 5, 6]);
    expect(read.entries).toBe(3);
  });
});
