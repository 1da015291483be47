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
  let buffer = new Uint8Array(4096);
  let view = new DataView(buffer.buffer);
  let at = 0;
  const room = (bytes: number): number => {
    if (at + bytes > buffer.length) {
      const grown = new Uint8Array(Math.max(buffer.length * 2, at + bytes));
      grown.set(buffer.subarray(0, at));
      buffer = grown;
      view = new DataView(buffer.buffer);
    }
    at += bytes;
    return at - bytes;
  };
  // `room` may replace the buffer: it has to be called before `buffer` or `view` is read.
  const byte = (value: number) => {
    const start = room(1);
    view.setUint8(start, value);
  };
  const raw = (value: Uint8Array) => {
    const start = room(value.length);
    buffer.set(value, start);
  };
  return {
    byte,
    uint32(value) {
      const start = room(4);
      view.setUint32(start, value);
    },
    count(value) {
      if (!Number.isSafeInteger(value) || value < 0) throw new FrameError(`not a count: ${value}`);
      const start = room(8);
      view.setBigUint64(start, BigInt(value));
    },
    seconds(value) {
      if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_SECONDS) {
        throw new FrameError(`not whole seconds, or out of range: ${value}`);
      }
      const start = room(8);
      view.setFloat64(start, value);
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
    done: () => buffer.slice(0, at),
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
  const utf8 = new TextDecoder('utf-8', { fatal: true });
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
    text() {
      try {
        return utf8.decode(bytes(byte()));
      } catch (cause) {
        if (cause instanceof FrameError) throw cause;
        throw new FrameError('a text is not UTF-8');
      }
    },
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
