/** Ten codes on paper, each for one sign-in without the phone. */
import { randomInt } from 'node:crypto';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { sha256 } from '@/lib/platform/random';

const CODES = 10;
// 16 of 32 letters are 80 bits: a plain hash keeps them.
const LETTERS = 16;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Takes the place of all codes before. @returns the codes, which are nowhere else */
export async function replaceRecoveryCodes(tx: Tx, personId: string): Promise<string[]> {
  await tx.recoveryCode.deleteMany({ where: { personId } });
  const codes = Array.from({ length: CODES }, newCode);
  await tx.recoveryCode.createMany({
    data: codes.map((code) => ({ digest: digestOf(code), personId })),
  });
  return codes;
}

/** Whether the code was one of the person's that had not been used; it is used then. */
export async function spendRecoveryCode(tx: Tx, personId: string, typed: string): Promise<boolean> {
  const { count } = await tx.recoveryCode.updateMany({
    where: { digest: digestOf(typed), personId, usedAt: null },
    data: { usedAt: currentTime() },
  });
  return count === 1;
}

function newCode(): string {
  const text = Array.from({ length: LETTERS }, () => ALPHABET.charAt(randomInt(32))).join('');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

/** However it was typed: letters that look like digits are digits. */
function digestOf(code: string): Uint8Array<ArrayBuffer> {
  const plain = code
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  return sha256(`recovery code ${plain}`);
}
