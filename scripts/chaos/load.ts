/** Customers' programs during crashes: they ask, are cut off, ask again with the same key, and write down every answer. */
import { setTimeout as pause } from 'node:timers/promises';
import { opensslCsr } from '@/lib/start-up/testing';
import type { Place } from './place';
import type { Random } from './random';

export type Issued = { id: string; serialHex: string; accountId: string; repeats: number };
export type Diary = {
  /** What was answered with 201, by Idempotency-Key. */
  readonly issued: Map<string, Issued>;
  /** Certificates whose revocation was answered with 200. */
  readonly revoked: Set<string>;
  /** Answers by status and code; `0` is none at all. */
  readonly answers: Map<string, number>;
  /** What may never happen, in words. */
  readonly broken: string[];
};
export type Load = {
  readonly diary: Diary;
  /** Resolves after so many more certificates were answered. */
  issuedMore(count: number): Promise<void>;
  /** Of the next requests one in so many is cut by the caller; 0: none. */
  cutOneIn(count: number): void;
  /** Ends it: what is under way is asked until it is answered. */
  finish(): Promise<void>;
  /** Asks again under keys that were answered, and notes whatever is not the same certificate. */
  repeat(count: number): Promise<void>;
};

type Account = { id: string; apiKey: string; csrs: string[]; live: string[] };
type Deed = { account: Account; key: string; csr: string; label: string };

const IN_FLIGHT = 8;
const WAITING_AT_MOST = 16;
const ACCOUNTS = 16;
const LIVE_LIMIT = 5;
const ANSWER_WITHIN_MS = 60_000;
const RETRY_MS = 250;

export async function startLoad(place: Place, random: Random): Promise<Load> {
  const diary: Diary = {
    issued: new Map(),
    revoked: new Set(),
    answers: new Map(),
    broken: [],
  };
  const accounts = await newAccounts(place);
  const customers = customersOf({ place, random, diary });
  const retries = new Set<Promise<void>>();
  let stopping = false;
  let number = 0;

  async function work(): Promise<void> {
    while (!stopping) {
      const account = random.of(accounts);
      if (account.live.length >= LIVE_LIMIT || (account.live.length > 2 && random.next() < 0.5)) {
        await customers.revoke(account);
        continue;
      }
      number += 1;
      const key = `deed-${number}`;
      const deed = { account, key, csr: random.of(account.csrs), label: `number ${number}` };
      if ((await customers.issue(deed)) === 'answered') continue;
      const retry = customers.untilAnswered(deed).finally(() => retries.delete(retry));
      retries.add(retry);
      if (retries.size >= WAITING_AT_MOST) await Promise.race(retries);
    }
  }
  const workers = Array.from({ length: IN_FLIGHT }, work);
  return {
    diary,
    issuedMore: (count) => customers.issuedMore(count),
    cutOneIn: (count) => customers.cutOneIn(count),
    async finish() {
      stopping = true;
      await Promise.all(workers);
      await Promise.all(retries);
    },
    repeat: (count) => customers.repeat(count),
  };
}

function customersOf(input: { place: Place; random: Random; diary: Diary }) {
  const { place, random, diary } = input;
  const deeds = new Map<string, Deed>();
  let cut = 0;
  let watchers: { at: number; done: () => void }[] = [];

  async function ask(path: string, body: unknown, account: Account, key: string) {
    const { url } = random.of(place.portals);
    const cutNow = cut > 0 && random.below(cut) === 0;
    const withinMs = cutNow ? 1 + random.below(60) : ANSWER_WITHIN_MS;
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      signal: AbortSignal.timeout(withinMs),
      headers: {
        authorization: `Bearer ${account.apiKey}`,
        'content-type': 'application/json',
        ...(key === '' ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    })
      .then(async (response) => ({ status: response.status, json: Object(await response.json()) }))
      .catch(() => ({ status: 0, json: Object(null) }));
    const name = `${answer.status} ${answer.json.code ?? ''}`.trim();
    diary.answers.set(name, (diary.answers.get(name) ?? 0) + 1);
    return answer;
  }

  async function issue(deed: Deed): Promise<'answered' | 'ask again'> {
    const { account, key, csr, label } = deed;
    const body = { csr, label, environment: 'production' };
    const { status, json } = await ask('/certificates', body, account, key);
    const before = diary.issued.get(key);
    if (status === 201) {
      const { id, serialHex } = json;
      if (before) {
        before.repeats += 1;
        if (before.serialHex !== serialHex) diary.broken.push(`${key} has two certificates`);
        return 'answered';
      }
      diary.issued.set(key, { id, serialHex, accountId: account.id, repeats: 0 });
      deeds.set(key, deed);
      account.live.push(id);
      watchers = watchers.filter(({ at, done }) => diary.issued.size < at || done());
      return 'answered';
    }
    if (status === 409 && json.code === 'live_limit_reached') {
      if (before) diary.broken.push(`${key} was answered, and then refused`);
      return 'answered';
    }
    if (status === 0 || status >= 500) return 'ask again';
    diary.broken.push(`issuing was answered with ${status} ${json.code}`);
    return 'answered';
  }

  async function untilAnswered(deed: Deed): Promise<void> {
    while ((await issue(deed)) === 'ask again') await pause(RETRY_MS);
  }

  return {
    issue,
    untilAnswered,
    cutOneIn(count: number) {
      cut = count;
    },
    issuedMore(count: number): Promise<void> {
      return new Promise((done) => watchers.push({ at: diary.issued.size + count, done }));
    },
    async revoke(account: Account): Promise<void> {
      const id = account.live.shift();
      if (id === undefined) return;
      for (;;) {
        const path = `/certificates/${id}/revocation`;
        const { status } = await ask(path, { reason: 'superseded' }, account, '');
        if (status === 200) {
          diary.revoked.add(id);
          return;
        }
        if (status !== 0 && status < 500) {
          diary.broken.push(`revoking was answered with ${status}`);
          return;
        }
        await pause(RETRY_MS);
      }
    },
    async repeat(count: number): Promise<void> {
      const all = [...deeds.values()];
      const some = Array.from({ length: Math.min(count, all.length) }, () => random.of(all));
      for (const deed of some) await untilAnswered(deed);
    },
  };
}

async function newAccounts(place: Place): Promise<Account[]> {
  const accounts: Account[] = [];
  const name = 'Meridian Freight';
  for (let one = 0; one < ACCOUNTS; one += 1) {
    const { id } = await place.operator('account', 'create', { name });
    const { key } = await place.operator('api-key', 'create', { name: 'crashes', account: id });
    const csrs = [opensslCsr().csr, opensslCsr().csr];
    accounts.push({ id: String(id), apiKey: String(key), csrs, live: [] });
  }
  return accounts;
}
