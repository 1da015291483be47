import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { applyFrame } from '@/lib/edge/apply';
import { decide, type RequestFacts } from '@/lib/edge/decide';
import { frameReader, MAX_FRAME_BYTES, openFrame } from '@/lib/edge/frame-reader';
import {
  apiClientNameHash,
  encodeDeltaFrame,
  encodeSnapshotFrame,
  sealFrame,
} from '@/lib/edge/frames';
import type { CertificateEntry, EdgeState, SnapshotContent } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';

const PER_ACCOUNT = 5;
const NOW_MS = 1_800_000_000_000;

for (const count of [1_000, 1_000_000]) await decisions(count);

async function decisions(count: number): Promise<void> {
  const keys = generateKeyPairSync('ed25519');
  const nameKey = randomBytes(32);
  const seal = (payload: Uint8Array) => sealFrame(payload, sign(null, payload, keys.privateKey));
  const sealed = seal(
    encodeSnapshotFrame({
      number: 1,
      asOfMs: NOW_MS,
      nameKey,
      content: contentOf(count, nameKey),
    }),
  );
  const before = await memory();
  const started = performance.now();
  const loaded = take(null, sealed, keys.publicKey);
  const loadMs = performance.now() - started;
  const after = await memory();
  if (loaded.index.certificateCount !== count) throw new Error('not everything was loaded');

  const known = percentiles(timeDecisions(loaded, count, 'known'));
  const first = percentiles(timeDecisions(loaded, count, 'first'));
  const perDelta = percentiles(timeDeltas(loaded, seal, keys.publicKey));
  console.log(`\n${count.toLocaleString('en')} certificates`);
  console.log(
    `  snapshot ${(sealed.length / 1e6).toFixed(1)} MB, verified and loaded in ${loadMs.toFixed(0)} ms`,
  );
  console.log(
    `  bytes per certificate: ${(loaded.index.bytes() / count).toFixed(1)} in typed arrays, ${((after - before) / count).toFixed(1)} of process memory (accounts and API clients included)`,
  );
  console.log(
    `  decide: p50 ${known.p50.toFixed(0)} ns, p99 ${known.p99.toFixed(0)} ns; when a name is seen for the first time p50 ${first.p50.toFixed(0)} ns, p99 ${first.p99.toFixed(0)} ns`,
  );
  console.log(
    `  delta of one change, verified and applied: p50 ${(perDelta.p50 / 1000).toFixed(1)} us, p99 ${(perDelta.p99 / 1000).toFixed(1)} us`,
  );
}

function contentOf(count: number, nameKey: Uint8Array): SnapshotContent {
  return {
    accounts: (function* () {
      for (let n = 0; n * PER_ACCOUNT < count; n += 1) {
        yield { accountId: accountId(n), suspended: false, modes: enforcing('production') };
      }
    })(),
    apiClients: (function* () {
      for (let n = 0; n * PER_ACCOUNT < count; n += 1) {
        const nameHash = apiClientNameHash(nameKey, 'production', `client-${n}`);
        yield { nameHash, accountId: accountId(n), environment: 'production' as const };
      }
    })(),
    certificates: (function* () {
      for (let n = 0; n < count; n += 1) yield certificate(n);
    })(),
  };
}

function take(
  state: EdgeState | null,
  sealed: Uint8Array,
  key: Parameters<typeof openFrame>[1],
): EdgeState {
  const [frame] = frameReader({ maxFrameBytes: MAX_FRAME_BYTES }).push(sealed);
  const opened = frame === undefined ? null : openFrame(frame, key);
  if (opened === null) throw new Error('the frame was not opened');
  const result = applyFrame({ state, frame: opened, nowMs: NOW_MS });
  if (!result.applied) throw new Error(result.detail);
  return result.state;
}

/**
 * Nanoseconds per decision; each sample is the mean of 20, as one is near the clock's resolution.
 * @param names `first`: what is kept of API clients' names is kept for their key, which is another in each round
 */
function timeDecisions(loaded: EdgeState, count: number, names: 'known' | 'first'): number[] {
  const policy = { unnamed: 'refuse' as const, hostnames: [], maxAgeSeconds: 86_400 };
  const facts: RequestFacts[] = Array.from({ length: 4_000 }, (_, index) => {
    const n = Math.floor((index * 7919) % count);
    return {
      environment: 'production',
      listener: 'mtls',
      leaf: { fingerprint: certificate(n).fingerprint, clientAuth: 'allowed' },
      sni: 'api.example',
      host: 'api.example',
      apiClientNames: [`client-${Math.floor(n / PER_ACCOUNT)}`],
    };
  });
  const samples: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const nameKey = names === 'first' ? loaded.nameKey.slice() : loaded.nameKey;
    const state = { ...loaded, nameKey };
    for (let at = 0; at + 20 <= facts.length; at += 20) {
      const started = process.hrtime.bigint();
      for (let index = at; index < at + 20; index += 1) {
        const fact = facts[index];
        if (fact === undefined || !decide({ facts: fact, state, policy, nowMs: NOW_MS }).allow) {
          throw new Error('a good call was refused');
        }
      }
      // The first rounds warm the compiler up.
      if (round > 2) samples.push(Number(process.hrtime.bigint() - started) / 20);
    }
  }
  return samples;
}

function timeDeltas(
  state: EdgeState,
  seal: (payload: Uint8Array) => Uint8Array,
  key: Parameters<typeof openFrame>[1],
): number[] {
  const samples: number[] = [];
  for (let number = state.number + 1; number < 1_500; number += 1) {
    const entry = certificate(10_000_000 + number);
    const changes = [{ kind: 'certificate' as const, entry }];
    const sealed = seal(
      encodeDeltaFrame({ fromNumber: number - 1, number, asOfMs: NOW_MS, changes }),
    );
    const started = process.hrtime.bigint();
    take(state, sealed, key);
    if (number > 300) samples.push(Number(process.hrtime.bigint() - started));
  }
  return samples;
}

function certificate(n: number): CertificateEntry {
  return {
    fingerprint: createHash('sha256').update(`certificate ${n}`).digest(),
    accountId: accountId(Math.floor(n / PER_ACCOUNT)),
    environment: 'production',
    notBefore: NOW_MS / 1000 - 1000,
    notAfter: NOW_MS / 1000 + 1000,
    revokedAt: null,
  };
}

function accountId(n: number): string {
  return `acc_${n.toString(32).padStart(26, '0')}`;
}

/** Bytes in use, after a full collection. */
async function memory(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    // Buffers are given back on another thread.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function percentiles(samples: number[]): { p50: number; p99: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
