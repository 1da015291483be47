/**
 * The revocation lists of all CAs as this process serves them, kept up to date: every portal looks once a second
 * whether a list is behind, one of them makes it, and the others read it.
 */
import { issuerBook, type KnownIssuer } from '@/lib/issuers/book';
import { SECOND_MS } from '@/lib/kernel/time';
import { CRL_PROFILE } from '@/lib/pki/profile';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { processWide } from '@/lib/platform/process-wide';
import type { SignerStatus } from '@/lib/signer/port';
import { acrossRevocations } from './across';
import { makeCrl } from './make-crl';
import { type CrlState, crlStates, type PublishedCrl, publishedCrl } from './queries';
import { onRevoked } from './revoked';

const POLL_MS = SECOND_MS;
/** A list is not made again before that, and not before twice the time it took: others want to work too. */
const MIN_PAUSE_MS = SECOND_MS;
/** Half of the five seconds in which a revocation is on the list: a list that takes longer is not held back more. */
const MAX_PAUSE_MS = 2.5 * SECOND_MS;

export type RevocationLists = {
  start(): void;
  stop(): Promise<void>;
  /** The newest list; null before the first. */
  of(issuerId: string): PublishedCrl | null;
};

export function revocationLists(): RevocationLists {
  return processWide('revocation-lists', makeLists);
}

function makeLists(): RevocationLists {
  const held = new Map<string, PublishedCrl>();
  const notBefore = new Map<string, number>();
  const said = new Map<string, string>();
  let running = false;
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> | null = null;
  let stopListening = () => {};

  const tell = (about: string, fault: string): void => {
    if (fault !== '' && said.get(about) !== fault) log().warn(`${about}: ${fault}`);
    said.set(about, fault);
  };
  const bring = async (issuer: KnownIssuer, state: CrlState, status: AskStatus) => {
    if (state.number > (held.get(issuer.id)?.number ?? 0)) {
      const stored = await acrossRevocations((tx) => publishedCrl(tx, issuer.id));
      if (stored) held.set(issuer.id, stored);
    }
    const started = performance.now();
    if (!isDue(state) || started < (notBefore.get(issuer.id) ?? 0)) return;
    const { issuers, crlNumbers } = await status();
    // The list of an offline root comes from where its key is.
    if (!issuers.some((one) => one.issuerId === issuer.id && one.canSign)) return;
    const made = await makeCrl(issuer, crlNumbers[issuer.id] ?? 0);
    const took = performance.now() - started;
    const pause = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, 2 * took));
    notBefore.set(issuer.id, performance.now() + pause);
    if (made && made.number > (held.get(issuer.id)?.number ?? 0)) held.set(issuer.id, made);
  };
  const work = async (): Promise<void> => {
    const states = new Map((await acrossRevocations(crlStates)).map((one) => [one.issuerId, one]));
    const status = askedOnce(() => deployment().signer.status());
    for (const issuer of issuerBook().all()) {
      const state = states.get(issuer.id);
      if (!running || !state || issuer.notAfter <= currentTime()) continue;
      const about = `the revocation list of ${issuer.name}`;
      await bring(issuer, state, status).then(
        () => tell(about, ''),
        (error: unknown) => {
          notBefore.set(issuer.id, performance.now() + MIN_PAUSE_MS);
          tell(about, `could not be made, trying again: ${messageOf(error)}`);
        },
      );
    }
  };
  const advance = (): Promise<void> => {
    working ??= work()
      .then(() => tell('revocation lists', ''))
      .catch((error: unknown) => tell('revocation lists', messageOf(error)))
      .finally(() => {
        working = null;
      });
    return working;
  };
  const poll = (): void => {
    timer = setTimeout(async () => {
      await advance();
      if (running) poll();
    }, POLL_MS);
  };

  return {
    start() {
      if (running) return;
      running = true;
      stopListening = onRevoked(() => void advance());
      void advance();
      poll();
    },
    async stop() {
      running = false;
      stopListening();
      if (timer) clearTimeout(timer);
      await working;
      held.clear();
    },
    of: (issuerId) => held.get(issuerId) ?? null,
  };
}

function isDue({ number, claimed, behind, thisUpdate }: CrlState): boolean {
  if (number === 0 || behind || claimed > number || thisUpdate === null) return true;
  return currentTime().getTime() - thisUpdate.getTime() >= CRL_PROFILE.renewAfterMs;
}

type AskStatus = () => Promise<SignerStatus>;

function askedOnce(ask: AskStatus): AskStatus {
  let answer: Promise<SignerStatus> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
