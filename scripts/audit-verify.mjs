#!/usr/bin/env node
/**
 * Checks an export of the audit trail, offline, with nothing but Node 18 or newer:
 *
 *   node audit-verify.mjs FILE --key KEY [--account ID] [--earlier FILE]
 *
 * KEY is the portal's audit key as you noted it before: a PEM file, or the SHA-256 of the key in hexadecimal.
 * --earlier names an export you kept: the events of both must be the same as far as the earlier one goes.
 *
 * Exit code 0: every byte is as it was signed. 1: it was altered, and the lines are named. 2: it could not be read.
 * 3: nothing contradicts itself, but without --key anybody may have signed it.
 *
 * The format: each line is canonical JSON (RFC 8785). An event's `hash` is SHA-256 over the 32 bytes of `previousHash`
 * and the canonical JSON of `event`. The last line is a head, signed with Ed25519 over its canonical JSON; it has the
 * number of events, the SHA-256 of all lines before it, and the newest checkpoint: a signature that was made when those
 * events were recorded, over a hash tree (RFC 9162) of the heads of many chains.
 */
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MOST_FAULTS = 20;
const MAX_LINE_BYTES = 1_048_576;
const NO_HASH = '0'.repeat(64);
const EVENT_MEMBERS = 'event,hash,previousHash';
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * @param {AsyncIterable<Uint8Array>} file JSON Lines or CSV, as exported
 * @param {{ key?: string | null, account?: string | null }} [pinned] key: SHA-256 of the SPKI in lower-case hexadecimal
 * @returns the faults, none when it is whole; what the head says; `hashes` of the events by their sequence
 */
export async function verifyExport(file, pinned = {}) {
  const trail = newTrail();
  let last = null;
  for await (const line of linesOf(file)) {
    if (last !== null) takeLine(trail, last);
    last = line;
  }
  if (last === null) fault(trail, 1, 'The file is empty.');
  else takeHead(trail, last, pinned);
  return {
    faults: trail.faults,
    head: trail.head,
    keySha256: trail.keySha256,
    hashes: trail.hashes,
  };
}

function newTrail() {
  return {
    faults: [],
    lines: 0,
    digest: createHash('sha256'),
    chain: null,
    count: 0,
    first: null,
    last: null,
    lastHash: NO_HASH,
    gaps: [],
    hashes: new Map(),
    format: 'jsonl',
    head: null,
    keySha256: null,
  };
}

function fault(trail, line, words) {
  if (trail.faults.length < MOST_FAULTS) trail.faults.push({ line, words });
}

/** Any line but the last. */
function takeLine(trail, { bytes, ended }) {
  trail.lines += 1;
  trail.digest.update(bytes);
  if (ended) trail.digest.update('\n');
  const text = decoded(bytes);
  if (trail.lines === 1 && text?.startsWith(`${BYTE_ORDER_MARK}"sequence"`)) trail.format = 'csv';
  // A spreadsheet's lines are not hashed one by one; the head has the digest of them all.
  if (trail.format === 'csv') return;
  const value = parsedCanonical(text);
  if (value === null || Object.keys(value).join() !== EVENT_MEMBERS) {
    const isHead = value !== null && 'head' in value;
    fault(
      trail,
      trail.lines,
      isHead
        ? 'A signed head stands before the end: something was put after it.'
        : 'This is not an event as it was exported: the line was altered.',
    );
    return;
  }
  takeEvent(trail, value);
}

function takeEvent(trail, { event, hash, previousHash }) {
  const line = trail.lines;
  const sequence = Number.isSafeInteger(event?.sequence) ? event.sequence : 0;
  trail.count += 1;
  trail.chain ??= event?.chain;
  if (event?.chain !== trail.chain) {
    fault(
      trail,
      line,
      `Event ${sequence} is of ${event?.chain}, the ones before of ${trail.chain}.`,
    );
  }
  const computed = createHash('sha256')
    .update(Buffer.from(String(previousHash), 'hex'))
    .update(canonical(event))
    .digest('hex');
  if (computed !== hash) {
    fault(trail, line, `Event ${sequence} was edited: it hashes to ${computed}, not to ${hash}.`);
  }
  const last = trail.last ?? 0;
  if (sequence <= last) {
    fault(trail, line, `Event ${sequence} comes after event ${last}: repeated, or moved.`);
  } else if (sequence > last + 1) {
    trail.gaps.push({ line, from: last + 1, to: sequence - 1 });
  } else if (previousHash !== trail.lastHash) {
    fault(
      trail,
      line,
      `Event ${sequence} does not follow the event ${last} that stands before it.`,
    );
  }
  trail.first ??= sequence;
  trail.last = sequence;
  trail.lastHash = hash;
  trail.hashes.set(sequence, hash);
}

/** The last line: what was signed over all before it. */
function takeHead(trail, { bytes, ended }, pinned) {
  const line = trail.lines + 1;
  const text = decoded(bytes);
  const value = parsedCanonical(trail.format === 'csv' ? headCell(text) : text);
  if (value === null || Object.keys(value).join() !== 'head,publicKey,signature') {
    const cut = 'The file does not end with its signed head: its tail was cut off, or altered.';
    fault(trail, line, cut);
    return;
  }
  const { head } = value;
  trail.head = head;
  if (!ended) fault(trail, line, 'The line break after the signed head is missing.');
  const key = publicKeyOf(trail, line, value.publicKey);
  if (pinned.key && trail.keySha256 !== pinned.key) {
    fault(trail, line, `It was signed with the key ${trail.keySha256}, not with ${pinned.key}.`);
  }
  if (!isSigned(key, head, value.signature)) {
    fault(trail, line, 'The signature of the head is wrong: the head was forged or edited.');
  }
  if (head?.kind !== 'countersign-audit-export' || head.version !== 1) {
    fault(trail, line, 'This is not a head that this program knows. Download the program again.');
    return;
  }
  if (pinned.account && head.chain !== pinned.account) {
    fault(trail, line, `This is the trail of ${head.chain}, not of ${pinned.account}.`);
  }
  compareWithHead(trail, line, head);
  takeCheckpoint(trail, line, key);
}

function compareWithHead(trail, line, head) {
  if (head.linesSha256 !== trail.digest.digest('hex')) {
    fault(trail, line, 'The lines before the head are not those that were signed.');
  }
  if (head.format !== trail.format) fault(trail, line, `The head is one of ${head.format}.`);
  if (trail.format === 'csv') return;
  const found = {
    count: trail.count,
    first: trail.first,
    last: trail.last,
    lastHash: trail.lastHash,
  };
  for (const [name, is] of Object.entries(found)) {
    const signed = head[name];
    if (signed !== is) fault(trail, line, `The head says ${name} is ${signed}; here it is ${is}.`);
  }
  if (trail.count > 0 && head.chain !== trail.chain) {
    fault(trail, line, `The head is of ${head.chain}, the events are of ${trail.chain}.`);
  }
  // Of a selection events are missing by intent; what was selected is under the digest above.
  if (Object.keys(head.filters ?? {}).length > 0) return;
  for (const gap of trail.gaps) {
    const missing =
      gap.from === gap.to ? `Event ${gap.from} is` : `Events ${gap.from} to ${gap.to} are`;
    fault(trail, gap.line, `${missing} missing before this line.`);
  }
}

/** What was signed while the events were new must still be true of them. */
function takeCheckpoint(trail, line, key) {
  const { head } = trail;
  const proof = head.checkpoint;
  if (proof === null) return;
  if (
    proof?.text?.kind !== 'countersign-audit-checkpoint' ||
    !Array.isArray(proof.path) ||
    !isSigned(key, proof.text, proof.signature)
  ) {
    fault(trail, line, 'The signature of the checkpoint is wrong.');
    return;
  }
  const leaf = { chain: head.chain, hash: proof.hash, sequence: proof.sequence };
  const root = rootOf(leafHash(canonical(leaf)), proof.position, proof.text.size, proof.path);
  if (root !== proof.text.root) {
    fault(trail, line, `Checkpoint ${proof.text.number} was not signed over this chain.`);
  }
  const here = trail.hashes.get(proof.sequence);
  if (here !== undefined && here !== proof.hash) {
    const when = `checkpoint ${proof.text.number} was signed at ${proof.text.at}`;
    fault(trail, line, `Event ${proof.sequence}, or one before it, was rewritten after ${when}.`);
  }
}

/** @see RFC 9162, 2.1.3.2 */
function rootOf(leaf, position, size, path) {
  let node = position;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    const beside = Buffer.from(String(sibling), 'hex');
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(beside, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, beside);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash.toString('hex') : null;
}

const leafHash = (text) => createHash('sha256').update(Uint8Array.of(0)).update(text).digest();
const nodeHash = (left, right) =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();

function publicKeyOf(trail, line, base64) {
  try {
    const der = exactBase64(base64);
    trail.keySha256 = createHash('sha256').update(der).digest('hex');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  fault(trail, line, 'The public key in the head is none.');
  return null;
}

function isSigned(key, value, signature) {
  try {
    return (
      key !== null &&
      verifySignature(null, Buffer.from(canonical(value)), key, exactBase64(signature))
    );
  } catch {
    return false;
  }
}

/** Base64 has several texts for the same bytes; one of them is what was exported. */
function exactBase64(text) {
  const bytes = Buffer.from(String(text), 'base64');
  if (bytes.toString('base64') !== text) throw new Error('not base64 as it was exported');
  return bytes;
}

/** @see RFC 8785 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** Null for anything but an object in the one text that it has. */
function parsedCanonical(text) {
  try {
    const value = JSON.parse(text);
    const is = value !== null && typeof value === 'object' && !Array.isArray(value);
    return is && canonical(value) === text ? value : null;
  } catch {
    return null;
  }
}

function headCell(line) {
  const found = /^"signed head","((?:[^"]|"")*)"\r$/.exec(line ?? '');
  return found ? found[1].replaceAll('""', '"') : null;
}

function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Lines without their line feed; only the last may lack one. */
async function* linesOf(file) {
  let rest = Buffer.alloc(0);
  for await (const chunk of file) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(10, from); end !== -1; end = rest.indexOf(10, from)) {
      yield { bytes: rest.subarray(from, end), ended: true };
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > MAX_LINE_BYTES) throw new Error('a line is longer than any that is exported');
  }
  if (rest.length > 0) yield { bytes: rest, ended: false };
}

function keyPin(given) {
  const hex = given.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  const key = createPublicKey(readFileSync(given));
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

function argumentsOf(words) {
  const found = { file: null, key: null, account: null, earlier: null };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = word.startsWith('--') ? word.slice(2) : 'file';
    const value = name === 'file' ? word : rest.shift();
    if (!(name in found) || value === undefined || found[name] !== null) return null;
    found[name] = value;
  }
  return found.file === null ? null : found;
}

async function main(words) {
  const asked = argumentsOf(words);
  if (!asked) {
    console.error(
      'Usage: audit-verify FILE [--key PEM-FILE|SHA256] [--account ID] [--earlier FILE]',
    );
    return 2;
  }
  const pinned = { key: asked.key && keyPin(asked.key), account: asked.account };
  const found = await verifyExport(createReadStream(asked.file), pinned);
  let faults = found.faults.map((one) => ({ ...one, file: asked.file }));
  if (asked.earlier) faults = faults.concat(await compareWithEarlier(asked, pinned, found));
  if (faults.length > 0) {
    for (const { file, line, words: said } of faults) console.error(`${file}:${line}: ${said}`);
    console.error('The audit trail was altered. Keep this file, and ask who could write to it.');
    return 1;
  }
  report(found);
  if (pinned.key) return 0;
  console.log(`No key was given. It is signed with the key ${found.keySha256};`);
  console.log('compare that with the audit key the portal shows at /pki, and give it as --key.');
  return 3;
}

async function compareWithEarlier({ earlier }, pinned, newer) {
  const older = await verifyExport(createReadStream(earlier), pinned);
  const faults = older.faults.map((one) => ({ ...one, file: earlier }));
  const rewritten = [...older.hashes].findIndex(
    ([sequence, hash]) => newer.hashes.get(sequence) !== hash,
  );
  if (rewritten === -1) return faults;
  const words = 'This event is not in the newer file as it is here: history was rewritten.';
  return [...faults, { file: earlier, line: rewritten + 1, words }];
}

function report({ head, keySha256 }) {
  const what = head.count === 1 ? '1 event' : `${head.count} events`;
  const filters = Object.entries(head.filters).map(([name, value]) => `${name} ${value}`);
  console.log(`Whole: ${what} of ${head.chain}, as of ${head.at}.`);
  if (filters.length > 0) console.log(`A selection: ${filters.join(', ')}.`);
  else if (head.count > 0)
    console.log(`Every event from 1 to ${head.last}; the last hash is ${head.lastHash}.`);
  console.log(`Signed with the key ${keySha256}.`);
  const proof = head.checkpoint;
  if (proof === null) console.log('No checkpoint covers it yet: one is signed every minute.');
  else {
    const { number, at } = proof.text;
    console.log(`Checkpoint ${number} of ${at} covers its events up to ${proof.sequence}.`);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      console.error(`It could not be checked: ${error.message}`);
      process.exitCode = 2;
    },
  );
}
