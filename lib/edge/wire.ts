import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

/** Thrown for bytes that are not a frame of ours, whoever signed them. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

/** What a JavaScript date can hold (ECMA-262, 21.4.1.1). */
const MAX_SECONDS = 8_640_000_000_000;

export type FrameWriter = {
  byte(value: number): void;
  uint32(value: number): void;
  /** A whole number from 0 to 2^53 - 1, in eight bytes. */
  count(value: number): void;
  /** Whole seconds, may be negative (certificates from before 1970 exist). */
  seconds(value: number): void;
  bytes(value: Uint8Array, length: number): void;
  text(value: string): void;
  environment(value: Environment): void;
  done(): Uint8Array;
};

/** Big-endian writer that grows. @throws FrameError on a value that could not be read back as it was. */
export function frameWriter(): FrameWriter {
  const buffer = growingBuffer();
  const { byte, raw } = buffer;
  return {
    byte,
    uint32(value) {
      const start = buffer.room(4);
      buffer.view().setUint32(start, value);
    },
    count(value) {
      if (!Number.isSafeInteger(value) || value < 0) throw new FrameError(`not a count: ${value}`);
      const start = buffer.room(8);
      buffer.view().setBigUint64(start, BigInt(value));
    },
    seconds(value) {
      if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_SECONDS) {
        throw new FrameError(`not whole seconds, or out of range: ${value}`);
      }
      const start = buffer.room(8);
      buffer.view().setFloat64(start, value);
    },
    bytes(value, length) {
      if (value.length !== length) throw new FrameError(`${length} bytes wanted: ${value.length}`);
      raw(value);
    },
    text(value) {
      const bytes = new TextEncoder().encode(value);
      if (bytes.length > 255) throw new FrameError('a text of at most 255 bytes is wanted');
      byte(bytes.length);
      raw(bytes);
    },
    environment(value) {
      const index = ENVIRONMENTS.indexOf(value);
      if (index < 0) throw new FrameError(`not an environment: ${value}`);
      byte(index);
    },
    done: buffer.written,
  };
}

/** `room` may replace the memory: it has to be called before `view`. */
function growingBuffer(): {
  room(bytes: number): number;
  view(): DataView;
  byte(value: number): void;
  raw(value: Uint8Array): void;
  written(): Uint8Array;
} {
  let memory = new Uint8Array(4096);
  let view = new DataView(memory.buffer);
  let at = 0;
  const room = (bytes: number): number => {
    if (at + bytes > memory.length) {
      const grown = new Uint8Array(Math.max(memory.length * 2, at + bytes));
      grown.set(memory.subarray(0, at));
      memory = grown;
      view = new DataView(memory.buffer);
    }
    at += bytes;
    return at - bytes;
  };
  return {
    room,
    view: () => view,
    byte(value) {
      const start = room(1);
      view.setUint8(start, value);
    },
    raw(value) {
      const start = room(value.length);
      memory.set(value, start);
    },
    written: () => memory.slice(0, at),
  };
}

export type WireReader = {
  byte(): number;
  uint32(): number;
  count(): number;
  seconds(): number;
  /** A view into the frame, not a copy. */
  bytes(length: number): Uint8Array;
  text(): string;
  environment(): Environment;
  flag(): boolean;
  end(): void;
};

/** Reads what `frameWriter` wrote. @throws FrameError at the first byte that does not fit */
export function wireReader(payload: Uint8Array): WireReader {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 0;
  const take = (bytes: number): number => {
    if (at + bytes > payload.length) throw new FrameError('the frame ends early');
    at += bytes;
    return at - bytes;
  };
  const byte = () => view.getUint8(take(1));
  const bytes = (length: number) => {
    const start = take(length);
    return payload.subarray(start, start + length);
  };
  return {
    byte,
    bytes,
    uint32: () => view.getUint32(take(4)),
    count() {
      const value = Number(view.getBigUint64(take(8)));
      if (!Number.isSafeInteger(value)) throw new FrameError('a number is out of range');
      return value;
    },
    seconds() {
      const value = view.getFloat64(take(8));
      if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_SECONDS) {
        throw new FrameError('a time is not in whole seconds, or out of range');
      }
      return value;
    },
    text: () => utf8Of(bytes(byte())),
    environment() {
      const environment = ENVIRONMENTS[byte()];
      if (environment === undefined) throw new FrameError('an unknown environment');
      return environment;
    },
    flag() {
      const value = byte();
      if (value > 1) throw new FrameError('a flag is neither 0 nor 1');
      return value === 1;
    },
    end() {
      if (at !== payload.length) throw new FrameError('bytes after the end of the frame');
    },
  };
}

function utf8Of(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FrameError('a text is not UTF-8');
  }
}
