/**
 * SHA-1 and SHA-256, synchronous. WebCrypto answers each digest by a promise, which makes the hundreds of thousands of
 * chained digests of a PKCS #12 derivation take half a minute in a browser. For nothing else: SHA-1 is here because the
 * compatible form of PKCS #12 is defined by it.
 */

export type Hash = {
  readonly digestBytes: number;
  /** @see FIPS 180-4, 6 */
  readonly digest: (message: Uint8Array) => Uint8Array;
};

export const BLOCK_BYTES = 64;

export const SHA_1: Hash = { digestBytes: 20, digest: (message) => digest(message, sha1) };
export const SHA_256: Hash = { digestBytes: 32, digest: (message) => digest(message, sha256) };

type Rounds = {
  readonly initial: readonly number[];
  readonly compress: (state: Int32Array, words: Int32Array) => void;
};

function digest(message: Uint8Array, { initial, compress }: Rounds): Uint8Array {
  const padded = withLength(message);
  const view = new DataView(padded.buffer);
  const state = Int32Array.from(initial);
  const words = new Int32Array(80);
  for (let start = 0; start < padded.length; start += BLOCK_BYTES) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(start + 4 * at);
    compress(state, words);
  }
  const out = new DataView(new ArrayBuffer(4 * state.length));
  for (let at = 0; at < state.length; at += 1) out.setInt32(4 * at, state[at] ?? 0);
  return new Uint8Array(out.buffer);
}

/** @see FIPS 180-4, 5.1.1 */
function withLength(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((message.length + 9) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const bits = BigInt(message.length) * 8n;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, bits);
  return padded;
}

/** The first `bits` bits after the point, of a root that is no whole number. @see FIPS 180-4, 4.2.2 */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
}

const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter(
  (number) => number > 1 && ![2, 3, 5, 7, 11, 13, 17].some((p) => number > p && number % p === 0),
);
const K = Int32Array.from(PRIMES.slice(0, 64), (prime) => fraction(Math.cbrt(prime)));

const sha256: Rounds = {
  initial: PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime))),
  compress: (state, w) => {
    for (let t = 16; t < 64; t += 1) {
      const w15 = w[t - 15] ?? 0;
      const w2 = w[t - 2] ?? 0;
      const s0 = right(w15, 7) ^ right(w15, 18) ^ (w15 >>> 3);
      const s1 = right(w2, 17) ^ right(w2, 19) ^ (w2 >>> 10);
      w[t] = ((w[t - 16] ?? 0) + s0 + (w[t - 7] ?? 0) + s1) | 0;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t += 1) {
      const sum1 = right(e, 6) ^ right(e, 11) ^ right(e, 25);
      const first = (h + sum1 + ((e & f) ^ (~e & g)) + (K[t] ?? 0) + (w[t] ?? 0)) | 0;
      const sum0 = right(a, 2) ^ right(a, 13) ^ right(a, 22);
      const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    add(state, [a, b, c, d, e, f, g, h]);
  },
};

const sha1: Rounds = {
  initial: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
  compress: (state, w) => {
    for (let t = 16; t < 80; t += 1) {
      const mixed = (w[t - 3] ?? 0) ^ (w[t - 8] ?? 0) ^ (w[t - 14] ?? 0) ^ (w[t - 16] ?? 0);
      w[t] = right(mixed, 31);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let t = 0; t < 80; t += 1) {
      const next = (right(a, 27) + chosen(t, b, c, d) + e + (w[t] ?? 0)) | 0;
      e = d;
      d = c;
      c = right(b, 2);
      b = a;
      a = next;
    }
    add(state, [a, b, c, d, e]);
  },
};

/** The function and the constant of a round. @see FIPS 180-4, 4.1.1, 4.2.1 */
function chosen(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function right(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

function add(state: Int32Array, words: readonly number[]): void {
  for (let at = 0; at < state.length; at += 1) state[at] = (state[at] ?? 0) + (words[at] ?? 0);
}
