/** What was looked at, each with what was found: also where nothing is wrong. */
import type { CaseCheck } from '@/lib/contract/support';
import { DAY_MS } from '@/lib/kernel/time';
import type { ConnectionFacts, RefusedKind } from './diagnosis';
import { clockSuspected } from './refusal-advice';
import { callsText, dayOf } from './words';

const SOON_MS = 30 * DAY_MS;

export function checksOf(facts: ConnectionFacts, kind: RefusedKind | null): CaseCheck[] {
  return [
    account(facts),
    certificates(facts),
    environments(facts),
    apiClients(facts),
    clock(facts, kind),
    tlsVersion(facts),
    edges(facts),
  ];
}

function account({ suspended, plan }: ConnectionFacts): CaseCheck {
  const name = 'Account';
  if (suspended) return { name, is: 'wrong', says: 'Suspended: every call is refused' };
  return plan === 'none'
    ? { name, is: 'unknown', says: 'Active, without the mTLS plan: nothing new is issued' }
    : { name, is: 'fine', says: 'Active' };
}

function certificates({ certificates: all, now }: ConnectionFacts): CaseCheck {
  const name = 'Certificates';
  const live = all.filter((one) => one.status === 'live');
  if (live.length === 0) {
    return {
      name,
      is: 'wrong',
      says: all.length === 0 ? 'None was ever issued' : 'None is live',
    };
  }
  const [first] = live.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter));
  const soon = first && new Date(first.notAfter).getTime() - new Date(now).getTime() < SOON_MS;
  const next = first ? `, the next ends on ${dayOf(first.notAfter)}` : '';
  return { name, is: soon ? 'wrong' : 'fine', says: `${live.length} live${next}` };
}

/** Certificates that were refused, or used, in an environment that is not theirs. */
function environments({ refused, certificates: all }: ConnectionFacts): CaseCheck {
  const name = 'Environments';
  const mixed = refused.filter((one) => one.code === 'wrong_environment');
  const calls = mixed.reduce((sum, one) => sum + one.calls, 0);
  if (calls > 0)
    return {
      name,
      is: 'wrong',
      says: `${callsText(calls)} with a certificate of the other environment`,
    };
  const lacking = (['production', 'sandbox'] as const).filter(
    (environment) => !all.some((one) => one.status === 'live' && one.environment === environment),
  );
  if (lacking.length === 1)
    return { name, is: 'unknown', says: `No mix-up seen; nothing is live in ${lacking[0]}` };
  return { name, is: 'fine', says: 'No mix-up seen' };
}

function apiClients({ apiClients: all, refused }: ConnectionFacts): CaseCheck {
  const name = 'API clients';
  const foreign = refused.find((one) => one.apiClientOf !== null);
  if (foreign)
    return { name, is: 'wrong', says: `One of ${foreign.apiClientOf} was named in a call` };
  const disabled = all.filter((one) => one.disabled);
  if (all.length === 0)
    return { name, is: 'wrong', says: 'The account has none: every call is refused' };
  const named = disabled.map((one) => one.name).join(', ');
  return disabled.length > 0
    ? { name, is: 'unknown', says: `${all.length}, of which ${disabled.length} disabled: ${named}` }
    : { name, is: 'fine', says: `${all.length}, all enabled` };
}

function clock(
  { certificates: all, refused }: ConnectionFacts,
  kind: RefusedKind | null,
): CaseCheck {
  const name = 'Clock';
  const skewed = [...(kind ? [kind] : []), ...refused].find((one) =>
    clockSuspected(one, all.find(({ id }) => id === one.certificateId) ?? null),
  );
  if (skewed)
    return { name, is: 'wrong', says: 'Not yet valid right after issuing: a clock is wrong' };
  return { name, is: 'fine', says: 'Nothing points to a wrong clock' };
}

// RFC 8996 ends TLS 1.0 and 1.1; an edge refuses them before there is a call to report.
const MODERN = /^TLSv1\.[23]$/;

function tlsVersion({ refused, certificates: all }: ConnectionFacts): CaseCheck {
  const name = 'TLS version';
  const seen = [
    ...refused.flatMap((one) => one.tlsVersion ?? []),
    ...all.flatMap((one) => one.lastSeenTls ?? []),
  ];
  const versions = [...new Set(seen)].filter((one) => /^TLSv/.test(one)).sort();
  if (versions.length === 0) return { name, is: 'unknown', says: 'No handshake was seen' };
  const old = versions.filter((one) => !MODERN.test(one));
  const words = versions.map((one) => one.replace('TLSv', 'TLS ')).join(' and ');
  return { name, is: old.length > 0 ? 'wrong' : 'fine', says: words };
}

function edges({ edgesBehind }: ConnectionFacts): CaseCheck {
  const name = 'Edges';
  return edgesBehind.length > 0
    ? { name, is: 'wrong', says: `${edgesBehind.join(', ')} decide by old information` }
    : { name, is: 'fine', says: 'All know the current state' };
}
