/**
 * `node --import tsx scripts/weak-keys.ts OUTPUT INPUT...` makes the file for WEAK_KEYS_FILE from lists of SHA-256
 * digests of public keys (SPKI, DER), one a line in hexadecimal; `-` is standard input.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { makeWeakKeyFile } from '@/lib/key-policy/make-weak-key-file';

async function main(): Promise<void> {
  const [output, ...inputs] = process.argv.slice(2);
  if (output === undefined || inputs.length === 0) {
    throw new Error('Usage: node --import tsx scripts/weak-keys.ts OUTPUT INPUT...');
  }
  const { digests } = await makeWeakKeyFile(
    output,
    inputs.map((name) => ({ name, lines: linesOf(name) })),
  );
  process.stdout.write(`${output}: ${digests} keys\n`);
}

// Opened when its turn comes: a list of many files needs no more than one descriptor.
async function* linesOf(name: string): AsyncGenerator<string> {
  const input = name === '-' ? process.stdin : createReadStream(name);
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
