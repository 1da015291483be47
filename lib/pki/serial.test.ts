import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { serialFrom } from './serial';

const DRAWS = 1_000_000;

describe('T3: serial numbers', () => {
  it('a million draws: none twice, none negative, none short, 126 bits all used', () => {
    const random = randomBytes(16 * DRAWS);
    const halves = new BigUint64Array(2 * DRAWS);
    const view = new DataView(new ArrayBuffer(16));
    const ones = new Uint32Array(128);
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const serial = serialFrom(random.subarray(16 * draw, 16 * draw + 16));
      for (let octet = 0; octet < 16; octet += 1) view.setUint8(octet, serial[octet] ?? 0);
      const top = view.getUint8(0) >> 6;
      if (top !== 0b01 || serial.length !== 16) expect.fail(`top bits ${top} in draw ${draw}`);
      halves[draw] = view.getBigUint64(0);
      halves[DRAWS + draw] = view.getBigUint64(8);
      countOnes(ones, serial);
    }
    // Two equal serials would have two equal upper halves; of a million, 62 random bits repeat once in 10 million runs.
    const upper = halves.subarray(0, DRAWS).sort();
    const repeated = upper.some((half, index) => index > 0 && half === upper[index - 1]);
    expect(repeated).toBe(false);
    expect([...ones.subarray(0, 2)]).toEqual([0, DRAWS]);
    // Six standard deviations of a fair coin thrown a million times are 3,000.
    for (const count of ones.subarray(2)) expect(Math.abs(count - DRAWS / 2)).toBeLessThan(3_000);
  });

  it('every bit but the top two is that of the random source, which is left as it was', () => {
    const random = createHash('sha256').update('serial').digest().subarray(0, 16);
    const before = Buffer.from(random);
    const serial = serialFrom(random);
    expect(random).toEqual(before);
    expect((serial[0] ?? 0) & 0x3f).toBe((random[0] ?? 0) & 0x3f);
    expect(serial.subarray(1)).toEqual(new Uint8Array(random.subarray(1)));
  });

  it.each([[0x00], [0x40], [0x80], [0xff]])('a first octet of %i becomes 01xxxxxx', (first) => {
    const [octet = 0] = serialFrom(Uint8Array.of(first, ...new Uint8Array(15)));
    expect(octet >> 6).toBe(0b01);
  });

  it.each([[0], [8], [15], [17], [20]])('%i random bytes are refused', (length) => {
    expect(() => serialFrom(new Uint8Array(length))).toThrow('16 random bytes');
  });
});

function countOnes(ones: Uint32Array, serial: Uint8Array): void {
  for (let bit = 0; bit < 128; bit += 1) {
    ones[bit] = (ones[bit] ?? 0) + (((serial[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
}
