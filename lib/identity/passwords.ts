import { hash, verify } from '@node-rs/argon2';
import { AppError } from '@/lib/kernel/errors';
import { PASSWORD_MAX_CHARACTERS } from '@/lib/kernel/password-length';
import { processWide } from '@/lib/platform/process-wide';

// OWASP's second choice for argon2id, the library's default algorithm: 19 MiB, two passes, one lane. Two at once bounds
// memory and leaves a core free.
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
const MAX_WAITING = 32;

export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, PARAMETERS));
}

/**
 * True when the password belongs to the hash; with no hash it costs the same time and is false.
 * @throws AppError `rate_limited` when too many are waiting
 */
export async function passwordMatches(
  password: string,
  passwordHash: string | null,
): Promise<boolean> {
  if (password.length > PASSWORD_MAX_CHARACTERS) return false;
  const against = passwordHash ?? (await nobodysHash());
  const matches = await inTurn(() => verify(against, password));
  return matches && passwordHash !== null;
}

function nobodysHash(): Promise<string> {
  return processWide('nobodys-hash', () => hash('nobody has this password', PARAMETERS));
}

type Turns = { running: number; waiting: (() => void)[] };

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turns = processWide<Turns>('password-turns', () => ({ running: 0, waiting: [] }));
  if (turns.running >= AT_ONCE) {
    if (turns.waiting.length >= MAX_WAITING) {
      throw new AppError('rate_limited', {
        detail: 'Many people are signing in at this moment. Try again in a few seconds.',
        retryAfterSeconds: 5,
      });
    }
    // The one who finishes hands its turn over, so `running` stays as it is.
    await new Promise<void>((resolve) => turns.waiting.push(resolve));
  } else {
    turns.running += 1;
  }
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    if (next) next();
    else turns.running -= 1;
  }
}
