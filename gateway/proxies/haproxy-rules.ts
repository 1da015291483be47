/** Rules that several parts of HAProxy's configuration have. */
import { changesFileOf, GONE } from '@/gateway/haproxy-map';
import type { Place, ProxySettings } from '@/gateway/proxies/settings';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';

/** A rule that answers a call for which all of the conditions hold. */
export type Refuse = (code: RefusalCode, condition: string) => string;

/** In production a caller without a live certificate gets no answer, as at the edge's own listener. */
export function refusing({ environment }: Place): Refuse {
  return (code, condition) => {
    const { status, title, endsTls } = REFUSALS[code];
    if (endsTls && environment === 'production') return `http-request reject if ${condition}`;
    const challenge =
      status === 401 ? ` hdr WWW-Authenticate 'Basic realm="api", charset="UTF-8"'` : '';
    const problem = `{"type":"urn:countersign:error:${code}","title":"${title}","status":${status},"code":"${code}","requestId":"req_%[var(txn.id)]"}`;
    return `http-request return status ${status} content-type application/problem+json${challenge} hdr Cache-Control no-store lf-string '${problem}' if ${condition}`;
  };
}

/** What changed lately is looked at first; there an entry may say that it is no more. */
export function lookUp({ haproxyMap }: ProxySettings, variable: string, key: string): string[] {
  const into = `http-request set-var(${variable}) ${key}`;
  return [
    `${into},map_str(${changesFileOf(haproxyMap)})`,
    `${into},map_str(${haproxyMap}) if !{ var(${variable}) -m found }`,
    `http-request unset-var(${variable}) if { var(${variable}) -m str ${GONE} }`,
  ];
}
