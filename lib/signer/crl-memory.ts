/** The newest revocation list that each CA signed: numbers only rise, whatever the database remembers. */
import { allowance } from './allowance';
import { SignerRefusal } from './port';
import type { LoggedEntry } from './signing-log';

export type AskedCrl = { issuerId: string; number: number; tbsSha256: string };

export type CrlMemory = {
  /**
   * The signature of a list: that of `sign`, or the one that was made before.
   * @throws SignerRefusal for a number that is not above all before, unless it is the same list, or far above; Error
   * beyond the rate
   */
  once(asked: AskedCrl, sign: () => Promise<Uint8Array>): Promise<Uint8Array>;
  numbers(): Record<string, number>;
  /** From the log, after a restart. */
  recall(entry: LoggedEntry): void;
};

type Newest = AskedCrl & { signature: Promise<Uint8Array> | null };

// Each portal makes one a second of each CA at most.
const MAX_PER_MINUTE = 600;
// Numbers are not to be used up: nothing is above the highest, and a CA whose portal was taken over once would never
// publish a revocation again. This is a list a second for twelve days.
const MAX_STEP = 2 ** 20;
// A signer whose log is new does not know how far the database came.
const MAX_FIRST = 2 ** 40;

export function crlMemory(input: { now: () => Date }): CrlMemory {
  const newest = new Map<string, Newest>();
  const spend = allowance({ ...input, maxPerMinute: MAX_PER_MINUTE, what: 'revocation lists' });
  return {
    async once(asked, sign) {
      const { issuerId, number, tbsSha256 } = asked;
      const before = newest.get(issuerId);
      const same = before?.number === number && before.tbsSha256 === tbsSha256;
      if (before && !same && number <= before.number) {
        throw new SignerRefusal(`list ${number} of ${issuerId} is not above ${before.number}`);
      }
      if (number > (before ? before.number + MAX_STEP : MAX_FIRST)) {
        throw new SignerRefusal(
          `list ${number} of ${issuerId} is too far above ${before?.number ?? 0}: numbers would run out`,
        );
      }
      if (same && before.signature) return before.signature;
      spend();
      const signature = sign();
      newest.set(issuerId, { ...asked, signature });
      // What failed never left: it may be tried again, under this number with these bytes and no others.
      signature.catch(() => {
        if (newest.get(issuerId)?.number === number) {
          newest.set(issuerId, { ...asked, signature: null });
        }
      });
      return signature;
    },
    numbers: () =>
      Object.fromEntries([...newest.values()].map((one) => [one.issuerId, one.number])),
    recall(entry) {
      if (entry.op !== 'crl') return;
      const { issuerId, number, tbsSha256 } = entry;
      const signature = Promise.resolve(new Uint8Array(Buffer.from(entry.signature, 'base64')));
      newest.set(issuerId, { issuerId, number, tbsSha256, signature });
    },
  };
}
