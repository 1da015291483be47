/**
 * A hash table from 32-byte keys to fixed-size records in typed arrays. It decides nothing; it exists because a
 * million JavaScript objects cost several times the memory and stop the process while the collector walks them.
 *
 * Keys are SHA-256 outputs, so their own bytes are the hash. The table is cut into 256 shards by the first byte:
 * a shard grows alone, so no single put ever copies more than 1/256 of the table.
 */
export type RecordTable = {
  readonly size: number;
  /** A handle for `view` and `offset`, valid until the next put or remove; -1 when the key is absent. */
  find(key: Uint8Array): number;
  /** Finds or adds the key; a new record's payload is all zero bytes. */
  put(key: Uint8Array): number;
  remove(key: Uint8Array): boolean;
  view(handle: number): DataView;
  /** Where the payload of this record starts in `view(handle)`. */
  offset(handle: number): number;
  key(handle: number): Uint8Array;
  handles(): Iterable<number>;
  /** Bytes held in typed arrays, free capacity included. */
  bytes(): number;
};

export const KEY_BYTES = 32;
const SHARDS = 256;
const HANDLE_STRIDE = 0x1000000;
const SMALLEST_SLOTS = 8;

type Shard = { rows: Uint8Array; view: DataView; slots: Uint32Array; count: number };

/**
 * @param payloadBytes bytes per record beside its key
 * @throws TypeError on a key that is not 32 bytes
 */
export function recordTable(payloadBytes: number): RecordTable {
  const width = KEY_BYTES + payloadBytes;
  const shards = Array.from({ length: SHARDS }, () => emptyShard());
  let size = 0;

  const shardAt = (index: number) => present(shards[index]);
  const shardOf = (key: Uint8Array): Shard => {
    if (key.length !== KEY_BYTES) throw new TypeError('a key has 32 bytes');
    return shardAt(key[0] ?? 0);
  };
  const byHandle = (handle: number): Shard => shardAt(Math.floor(handle / HANDLE_STRIDE));
  const rowOf = (handle: number): number => handle % HANDLE_STRIDE;

  return {
    get size() {
      return size;
    },
    find(key) {
      const shard = shardOf(key);
      const row = (shard.slots[slotOf(shard, key, width)] ?? 0) - 1;
      return row < 0 ? -1 : (key[0] ?? 0) * HANDLE_STRIDE + row;
    },
    put(key) {
      const shard = shardOf(key);
      const before = shard.count;
      const row = putInto(shard, key, width);
      size += shard.count - before;
      return (key[0] ?? 0) * HANDLE_STRIDE + row;
    },
    remove(key) {
      const removed = removeFrom(shardOf(key), key, width);
      if (removed) size -= 1;
      return removed;
    },
    view: (handle) => byHandle(handle).view,
    offset: (handle) => rowOf(handle) * width + KEY_BYTES,
    key(handle) {
      const start = rowOf(handle) * width;
      return byHandle(handle).rows.subarray(start, start + KEY_BYTES);
    },
    *handles() {
      for (let index = 0; index < SHARDS; index += 1) {
        for (let row = 0; row < shardAt(index).count; row += 1) yield index * HANDLE_STRIDE + row;
      }
    },
    bytes: () =>
      shards.reduce((sum, shard) => sum + shard.rows.byteLength + shard.slots.byteLength, 0),
  };
}

function present(shard: Shard | undefined): Shard {
  if (shard === undefined) throw new RangeError('no such shard');
  return shard;
}

function emptyShard(): Shard {
  const rows = new Uint8Array(0);
  return {
    rows,
    view: new DataView(rows.buffer),
    slots: new Uint32Array(SMALLEST_SLOTS),
    count: 0,
  };
}

/** The row of the key, a new one if it had none. */
function putInto(shard: Shard, key: Uint8Array, width: number): number {
  let slot = slotOf(shard, key, width);
  const held = (shard.slots[slot] ?? 0) - 1;
  if (held >= 0) return held;
  if (makeRoom(shard, width)) slot = slotOf(shard, key, width);
  const row = shard.count;
  shard.rows.fill(0, row * width, (row + 1) * width);
  shard.rows.set(key, row * width);
  shard.slots[slot] = row + 1;
  shard.count += 1;
  return row;
}

function removeFrom(shard: Shard, key: Uint8Array, width: number): boolean {
  const slot = slotOf(shard, key, width);
  const row = (shard.slots[slot] ?? 0) - 1;
  if (row < 0) return false;
  closeGap(shard, slot, width);
  moveLastRowInto(shard, row, width);
  return true;
}

/** Bytes 1 to 4: byte 0 has chosen the shard already. */
function hashAt(bytes: Uint8Array, start: number): number {
  return (
    (((bytes[start + 1] ?? 0) << 24) |
      ((bytes[start + 2] ?? 0) << 16) |
      ((bytes[start + 3] ?? 0) << 8) |
      (bytes[start + 4] ?? 0)) >>>
    0
  );
}

/** The slot that holds the key, or the free slot where it belongs. */
function slotOf(shard: Shard, key: Uint8Array, width: number): number {
  const { slots, rows } = shard;
  const mask = slots.length - 1;
  let slot = hashAt(key, 0) & mask;
  for (;;) {
    const entry = slots[slot] ?? 0;
    if (entry === 0 || sameKey(rows, (entry - 1) * width, key)) return slot;
    slot = (slot + 1) & mask;
  }
}

function sameKey(rows: Uint8Array, start: number, key: Uint8Array): boolean {
  for (let index = 0; index < KEY_BYTES; index += 1) {
    if (rows[start + index] !== key[index]) return false;
  }
  return true;
}

/** Returns true when slots moved. At most 3 of 4 slots are used, so a probe always ends at a free one. */
function makeRoom(shard: Shard, width: number): boolean {
  if ((shard.count + 1) * width > shard.rows.length) {
    // A quarter more, not double: free rows are the largest part of the cost per certificate.
    const rows = new Uint8Array((shard.count + 4 + (shard.count >>> 2)) * width);
    rows.set(shard.rows);
    shard.rows = rows;
    shard.view = new DataView(rows.buffer);
  }
  if ((shard.count + 1) * 4 <= shard.slots.length * 3) return false;
  const slots = new Uint32Array(shard.slots.length * 2);
  const mask = slots.length - 1;
  for (let row = 0; row < shard.count; row += 1) {
    let slot = hashAt(shard.rows, row * width) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row + 1;
  }
  shard.slots = slots;
  return true;
}

/** Backward-shift deletion: no tombstones, so a table that churns for a year probes as it did on day one. */
function closeGap(shard: Shard, freed: number, width: number): void {
  const { slots, rows } = shard;
  const mask = slots.length - 1;
  let hole = freed;
  for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const home = hashAt(rows, ((slots[slot] ?? 1) - 1) * width) & mask;
    if (((slot - home) & mask) >= ((slot - hole) & mask)) {
      slots[hole] = slots[slot] ?? 0;
      hole = slot;
    }
  }
  slots[hole] = 0;
}

function moveLastRowInto(shard: Shard, row: number, width: number): void {
  const last = shard.count - 1;
  if (row !== last) {
    const slot = slotOf(shard, shard.rows.slice(last * width, last * width + KEY_BYTES), width);
    shard.rows.copyWithin(row * width, last * width, (last + 1) * width);
    shard.slots[slot] = row + 1;
  }
  shard.count = last;
}
