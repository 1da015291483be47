/** What a signer signed lately, so that one intent has one certificate, and one serial one intent. */
import { MINUTE_MS } from '@/lib/kernel/time';
import { allowance } from './allowance';
import { SignerRefusal } from './port';
import type { LoggedEntry } from './signing-log';

/** A responder's certificate is remembered by the responder's id. */
export type Asked = { intentId: string; issuerId: string; serialHex: string; tbsSha256: string };

export type SigningMemory = {
  /**
   * The signature of an intent: that of `sign`, or the one that was made before.
   * @throws SignerRefusal for other bytes, or the serial of another intent; Error beyond the rate
   */
  once(asked: Asked, sign: () => Promise<Uint8Array>): Promise<Uint8Array>;
  /** From the log, after a restart. */
  recall(entry: LoggedEntry): void;
};

type Remembered = Asked & { at: number; signature: Promise<Uint8Array> | null };

/** Longer than a draft may be old: what is forgotten is refused for its age. */
const REMEMBERED_MS = 60 * MINUTE_MS;

/** @param input.maxPerMinute certificates; a web tier that was taken over is noticed before it has made many */
export function signingMemory(input: { now: () => Date; maxPerMinute: number }): SigningMemory {
  const byIntent = new Map<string, Remembered>();
  const bySerial = new Map<string, string>();
  const serialOf = (asked: Asked) => `${asked.issuerId} ${asked.serialHex}`;
  const spend = allowance({ ...input, what: 'certificates' });

  function keep(one: Remembered): void {
    byIntent.set(one.intentId, one);
    bySerial.set(serialOf(one), one.intentId);
    for (const [intentId, oldest] of byIntent) {
      if (oldest.at >= one.at - REMEMBERED_MS) return;
      byIntent.delete(intentId);
      bySerial.delete(serialOf(oldest));
    }
  }

  return {
    async once(asked, sign) {
      const before = byIntent.get(asked.intentId);
      if (before && before.tbsSha256 !== asked.tbsSha256) {
        throw new SignerRefusal(`intent ${asked.intentId} was signed with other bytes`);
      }
      if ((bySerial.get(serialOf(asked)) ?? asked.intentId) !== asked.intentId) {
        throw new SignerRefusal(`serial ${asked.serialHex} was signed for another intent`);
      }
      if (before?.signature) return before.signature;
      spend();
      const at = input.now().getTime();
      const signature = sign();
      const one = { ...asked, at, signature };
      keep(one);
      // What failed never left: it may be tried again, with these bytes and no others.
      signature.catch(() => byIntent.set(asked.intentId, { ...one, signature: null }));
      return signature;
    },
    recall(entry) {
      if (entry.op === 'crl' || entry.op === 'restored') return;
      const intentId = entry.op === 'certificate' ? entry.intentId : entry.responderId;
      const { issuerId, serialHex, tbsSha256 } = entry;
      const signature = Promise.resolve(new Uint8Array(Buffer.from(entry.signature, 'base64')));
      keep({ intentId, issuerId, serialHex, tbsSha256, at: entry.at.getTime(), signature });
    },
  };
}
