/** One row for every use case of the support desk and of its acts: what the desk's matrix does as everybody. */
import type { Principal } from '@/lib/access/scope';
import { askForAct } from '@/lib/support-acts/ask';
import { approveAct, declineAct, endAct, withdrawAct } from '@/lib/support-acts/decide';
import { compromiseEvidence } from '@/lib/support-acts/evidence';
import { findKeys, keyUse } from '@/lib/support-acts/key-use';
import {
  accountActs,
  approvalQueue,
  awaitingDecisionOf,
  keyRuns,
  readAct,
} from '@/lib/support-acts/list';
import { accountCase } from '../account-case';
import { accountName } from '../account-name';
import { fleet } from '../fleet';
import { accountsByName } from '../list-accounts';
import { refusedNow } from '../refused-now';
import { find } from '../search';
import { timeline } from '../timeline';
import { endView, startView } from '../view-as';

export type DeskThings = {
  /** Neither suspended nor enforced. */
  accountId: string;
  serialHex: string;
  spkiSha256: string;
  /** A compromise run that was withdrawn, so that every decision comes too late. */
  actId: string;
};

/** `anybody`: what it ends is the caller's own. */
export type DeskRight = 'look' | 'act' | 'approve' | 'staff' | 'anybody';

export type DeskUse = {
  who: DeskRight;
  run: (principal: Principal, things: DeskThings) => Promise<unknown>;
};

const SINCE = new Date(0);
const NO_SESSION = 'ses_00000000000000000000000000';
const NO_ACT = 'act_00000000000000000000000000';
const reason = 'Asked for by phone, ticket 4711';

/** By the name of the function. */
export const DESK_USES: Record<string, DeskUse> = {
  find: { who: 'look', run: (p, t) => find(p, t.serialHex) },
  refusedNow: { who: 'look', run: (p) => refusedNow(p) },
  accountCase: { who: 'look', run: (p, t) => accountCase(p, t.accountId) },
  accountName: { who: 'look', run: (p, t) => accountName(p, t.accountId) },
  timeline: { who: 'look', run: (p, t) => timeline(p, t.accountId) },
  fleet: { who: 'staff', run: (p) => fleet(p) },
  accountsByName: { who: 'staff', run: (p) => accountsByName(p, {}) },
  startView: {
    who: 'look',
    run: (p, t) => startView(p, { sessionId: NO_SESSION, accountId: t.accountId, reason }),
  },
  endView: { who: 'anybody', run: (p) => endView(p, NO_SESSION) },
  askForAct: {
    who: 'act',
    run: (p, t) =>
      askForAct(p, { accountId: t.accountId, act: { kind: 'resume-account' }, reason }),
  },
  approveAct: { who: 'approve', run: (p, t) => approveAct(p, t.actId, null) },
  declineAct: { who: 'approve', run: (p, t) => declineAct(p, t.actId, 'No.') },
  // Of an act that is there, it is refused to all but who asked for it.
  withdrawAct: { who: 'act', run: (p) => withdrawAct(p, NO_ACT) },
  endAct: { who: 'act', run: (p, t) => endAct(p, t.actId) },
  readAct: { who: 'look', run: (p, t) => readAct(p, t.actId) },
  accountActs: { who: 'look', run: (p, t) => accountActs(p, t.accountId) },
  approvalQueue: { who: 'look', run: (p) => approvalQueue(p) },
  awaitingDecisionOf: { who: 'look', run: (p) => awaitingDecisionOf(p) },
  findKeys: { who: 'look', run: (p, t) => findKeys(p, t.serialHex) },
  keyUse: { who: 'look', run: (p, t) => keyUse(p, t.spkiSha256, SINCE) },
  keyRuns: { who: 'look', run: (p, t) => keyRuns(p, t.spkiSha256) },
  compromiseEvidence: { who: 'look', run: (p, t) => compromiseEvidence(p, t.actId) },
};

/** Every form, link and press of the desk's pages, and which of the uses above it comes down to. */
export const DESK_ACTIONS: Record<string, readonly string[]> = {
  findAction: ['find'],
  startViewAction: ['startView'],
  endViewAction: ['endView'],
  askAction: ['askForAct'],
  decideAction: ['approveAct', 'declineAct'],
  withdrawAction: ['withdrawAct'],
  endAction: ['endAct'],
  findKeyAction: ['findKeys'],
  runAction: ['askForAct'],
};
