/** Finding, opening and logging in to one PKCS#11 token. The PIN is in no error. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Module, Session, Slot } from 'graphene-pk11';
import type { Crypto as TokenCrypto } from 'node-webcrypto-p11';
import type { SigningKey } from './signing-key';

export type TokenSettings = {
  /** The vendor's library, absolute. */
  readonly modulePath: string;
  readonly tokenLabel: string;
  readonly pin: string;
};

/** A token that cannot be used, in words for the operator. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** One session, and the keys found in it by their id. */
export type Lane = {
  readonly session: Session;
  readonly crypto: TokenCrypto;
  readonly keys: Map<string, SigningKey>;
};

export type TokenConnection = {
  /** Sessions that may read. */
  readonly lanes: readonly Lane[];
  /** A session that may write; whoever takes it closes it. */
  writing(): Lane;
  /** Puts all sessions down and opens new ones. Nobody may be using one. @throws TokenError */
  again(): TokenConnection;
};

export type TokenPackages = ReturnType<typeof tokenPackages>;

// PKCS #11 v3.0, 5.4: without it the library takes us for one thread, and signatures are made on four. SoftHSM then
// breaks its own memory.
const OS_LOCKING_OK = 0x02;
// PKCS #11 v3.0, 11.1.
const PIN_INCORRECT = 0xa0;
const PIN_LOCKED = 0xa4;
const ALREADY_LOGGED_IN = 0x100;
const ALREADY_INITIALIZED = 0x191;

/** @throws TokenError naming what is missing or wrong */
export function tokenConnection(
  packages: TokenPackages,
  settings: TokenSettings,
  lanes: number,
): TokenConnection {
  const module = loaded(packages, settings);
  let pinRefused = false;

  function connect(): TokenConnection {
    // Each wrong PIN counts, and the token locks itself after a few.
    if (pinRefused) throw new TokenError(pinMessage(settings));
    const slot = slotLabelled(packages, module, settings);
    try {
      const opened = lanesOf(packages, slot, settings.pin, lanes);
      return { lanes: opened, writing: () => writing(slot), again: () => again(slot) };
    } catch (error) {
      const code = tokenCode(error);
      pinRefused = code === PIN_INCORRECT || code === PIN_LOCKED;
      throw pinRefused ? new TokenError(pinMessage(settings), { cause: error }) : error;
    }
  }

  const writing = (slot: Slot): Lane => {
    const { SERIAL_SESSION, RW_SESSION } = packages.SessionFlag;
    return laneOf(packages, slot.open(SERIAL_SESSION | RW_SESSION));
  };

  function again(slot: Slot): TokenConnection {
    quietly(() => slot.closeAll());
    try {
      return connect();
    } catch (error) {
      if (tokenCode(error) === null && !(error instanceof NoSuchToken)) throw error;
    }
    // A library that lost its token may see it again only after a fresh start of its own.
    quietly(() => module.finalize());
    initialized(module);
    return connect();
  }

  try {
    return connect();
  } catch (error) {
    throw inWords(error, settings);
  }
}

/** The optional packages, loaded on first use. @throws TokenError when they are not installed, or do not load */
export function tokenPackages() {
  // They are CommonJS, whose names an import finds or not, depending on who runs it.
  const load = createRequire(import.meta.url);
  try {
    const graphene: typeof import('graphene-pk11') = load('graphene-pk11');
    const { Crypto, CryptoKey }: typeof import('node-webcrypto-p11') = load('node-webcrypto-p11');
    const { Module, ObjectClass, SessionFlag, TokenFlag } = graphene;
    return { Module, ObjectClass, SessionFlag, TokenFlag, Crypto, CryptoKey };
  } catch (cause) {
    throw new TokenError(
      `The packages that speak PKCS#11 do not load: graphene-pk11, node-webcrypto-p11 and pkcs11js. They are compiled on this machine (Debian: apt-get install g++ make python3); then run npm ci --include=optional. (${messageOf(cause).split('\n')[0]})`,
      { cause },
    );
  }
}

function loaded(packages: TokenPackages, { modulePath }: TokenSettings): Module {
  if (!existsSync(modulePath)) {
    throw new TokenError(`PKCS11_MODULE: there is no file ${modulePath}.`);
  }
  try {
    const module = packages.Module.load(modulePath, modulePath);
    initialized(module);
    return module;
  } catch (cause) {
    throw new TokenError(
      `PKCS11_MODULE: ${modulePath} does not open as a PKCS#11 module (${messageOf(cause)}).`,
      { cause },
    );
  }
}

function initialized(module: Module): void {
  try {
    module.initialize({ flags: OS_LOCKING_OK });
  } catch (error) {
    if (tokenCode(error) !== ALREADY_INITIALIZED) throw error;
  }
}

class NoSuchToken extends TokenError {}

function slotLabelled(
  { TokenFlag }: TokenPackages,
  module: Module,
  { modulePath, tokenLabel }: TokenSettings,
): Slot {
  const slots = module.getSlots(true);
  const all = Array.from({ length: slots.length }, (_, index) => slots.items(index));
  const found = all.filter((slot) => {
    const token = slot.getToken();
    return token.label === tokenLabel && (token.flags & TokenFlag.TOKEN_INITIALIZED) !== 0;
  });
  const [slot] = found;
  if (slot && found.length === 1) return slot;
  const labels = all.map((one) => one.getToken().label).filter((label) => label !== '');
  const present = labels.length === 0 ? 'none' : labels.map((label) => `"${label}"`).join(', ');
  throw new NoSuchToken(
    found.length === 0
      ? `PKCS11_TOKEN: ${modulePath} has no token labelled "${tokenLabel}" (it has: ${present}).`
      : `PKCS11_TOKEN: ${modulePath} has ${found.length} tokens labelled "${tokenLabel}". Give one of them another label.`,
  );
}

function lanesOf(packages: TokenPackages, slot: Slot, pin: string, count: number): Lane[] {
  const lanes = Array.from({ length: count }, () =>
    laneOf(packages, slot.open(packages.SessionFlag.SERIAL_SESSION)),
  );
  try {
    lanes[0]?.session.login(pin);
  } catch (error) {
    // All sessions of a process share the login.
    if (tokenCode(error) !== ALREADY_LOGGED_IN) {
      for (const { session } of lanes) quietly(() => session.close());
      throw error;
    }
  }
  return lanes;
}

function laneOf({ Crypto }: TokenPackages, session: Session): Lane {
  return { session, crypto: new Crypto({ session }), keys: new Map() };
}

function pinMessage({ tokenLabel }: TokenSettings): string {
  return `PKCS11_PIN is not the PIN of the token "${tokenLabel}", or the token is locked. It was tried once, and will not be again: set the right one and start again.`;
}

/** The PKCS#11 return value; null for an error that the token did not cause. */
export function tokenCode(error: unknown): number | null {
  if (!(error instanceof Error) || error.name !== 'Pkcs11Error') return null;
  return 'code' in error && typeof error.code === 'number' ? error.code : 0;
}

/** An error of the token's as one that names it; any other as it is. */
export function inWords(error: unknown, { tokenLabel }: TokenSettings): unknown {
  if (tokenCode(error) === null) return error;
  return new TokenError(`The token "${tokenLabel}" does not do it (${messageOf(error)}).`, {
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For what is being put down, and may be gone already. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Gone already.
  }
}
