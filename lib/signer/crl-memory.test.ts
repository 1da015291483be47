import { expect, it } from 'vitest';
import { SECOND_MS } from '@/lib/kernel/time';
import { crlMemory } from './crl-memory';

it('T2: lists beyond six hundred a minute are put off, so that nobody fills the log', async () => {
  let at = Date.parse('2026-11-21T05:45:30Z');
  const memory = crlMemory({ now: () => new Date(at) });
  const list = (number: number) => ({ issuerId: 'iss_1', number, tbsSha256: String(number) });
  let made = 0;
  const signed = (number: number) =>
    memory.once(list(number), async () => {
      made += 1;
      return Uint8Array.of(1);
    });
  for (let number = 1; number <= 600; number += 1) await signed(number);
  await expect(signed(601)).rejects.toThrow('more than 600 revocation lists');
  expect(made).toBe(600);
  await signed(600);
  at += SECOND_MS;
  await signed(601);
  expect(memory.numbers()).toEqual({ iss_1: 601 });
});
