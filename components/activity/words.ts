/** What happened, in words, for every action the audit trail knows. */
import { counted, ENVIRONMENT_WORDS, REASON_WORDS } from '@/components/words';
import { ROLE_WORDS } from '@/lib/contract/members';
import type { ActivityEventView } from '@/lib/contract/views';
import { isEnvironment, REVOCATION_REASONS } from '@/lib/kernel/environments';

type Detail = ActivityEventView['detail'];

/** Follows the name of who did it: "Ines Duarte issued the certificate ERP primary". */
const SENTENCES: Record<string, (detail: Detail) => string> = {
  'certificate.requested': (d) =>
    text(d, 'replacesId')
      ? `asked for the renewal of a certificate for ${place(d)}${inSlot(d)}`
      : `asked for a certificate for ${place(d)}${inSlot(d)}`,
  'certificate.issued': (d) =>
    `${text(d, 'replacesId') ? 'renewed' : 'issued'} the certificate ${text(d, 'label')} for ${place(d)}`,
  'certificate.idle-rule-set': (d) =>
    `asked for the certificate ${text(d, 'label')} of ${place(d)} to be revoked when it has been idle for ${counted(Number(text(d, 'idleDays')), 'day')} and its renewal is in use`,
  'certificate.idle-rule-dropped': (d) =>
    `asked for the certificate ${text(d, 'label')} of ${place(d)} not to be revoked by itself any more`,
  'certificate.request-voided': (d) => gaveUp(text(d, 'why')),
  'certificate.labelled': (d) => `renamed the certificate ${text(d, 'from')} to ${text(d, 'to')}`,
  'certificate.revoked': (d) =>
    `revoked the certificate ${text(d, 'label')} of ${place(d)}${text(d, 'idleDays') ? byRule(d) : because(d)}`,
  'certificate.reported-compromised': (d) =>
    `reported the key of the certificate ${text(d, 'label')} of ${place(d)}, which was revoked before, as compromised`,
  'public-key.released': (d) =>
    `released a public key of this account, so that another account may use it: ${text(d, 'reason')}`,
  'public-key.blocked': (d) =>
    `blocked a public key of this account, which was reported as compromised: ${text(d, 'reason')}`,
  'enforcement.changed': (d) => `${modeSet(text(d, 'to'))} ${place(d)}${whyOf(d)}`,
  'enforcement.trial-started': (d) =>
    `enforced mTLS in ${place(d)} on trial, for ${counted(Number(text(d, 'minutes')), 'minute')}${whyOf(d)}`,
  'enforcement.confirmed': (d) => `confirmed enforcement of mTLS in ${place(d)}`,
  'enforcement.reverted': (d) =>
    `ended the trial of enforcement in ${place(d)}, which nobody had confirmed`,
  'enforcement.scheduled': (d) =>
    `asked for a trial of enforcement in ${place(d)} to start at ${instant(text(d, 'at'))}${whyOf(d)}`,
  'enforcement.schedule-cancelled': (d) =>
    `cancelled the trial of enforcement in ${place(d)} that was to start at ${instant(text(d, 'at'))}`,
  'enforcement.not-started': (d) =>
    `did not start the trial of enforcement in ${place(d)} that was asked for at ${instant(text(d, 'at'))}: nothing showed that it could connect`,
  'enforcement.suspended': (d) =>
    `suspended enforcement of mTLS in ${place(d)} until ${instant(text(d, 'endsAt'))}${forReason(d)}`,
  'enforcement.suspension-ended': (d) =>
    text(d, 'end') === 'asked'
      ? `ended the suspension of enforcement in ${place(d)}`
      : `ended the suspension of enforcement in ${place(d)}, whose time was over`,
  'session.opened': (d) => `signed in${METHODS[text(d, 'method')] ?? ''}`,
  'session.ended-elsewhere': (d) =>
    `ended ${counted(Number(text(d, 'count')), 'session')} of theirs elsewhere`,
  'person.password-reset': () => 'set a new password by a link to their address',
  'person.email-changed': (d) =>
    `changed their address from ${text(d, 'from')} to ${text(d, 'to')}`,
  'person.password-changed': () => 'changed their password',
  'second-factor.added': (d) => `added ${text(d, 'what')} as a second factor`,
  'second-factor.removed': (d) => `removed ${text(d, 'what')} as a second factor`,
  'recovery-codes.renewed': () => 'made new recovery codes',
  'sso.linked': (d) => `linked their sign-in to ${text(d, 'issuer')}`,
  'sso.unlinked': (d) => `unlinked their sign-in from ${text(d, 'issuer')}`,
  'security.second-factor-required': () => 'required a second factor of every member',
  'security.second-factor-free': () => 'left a second factor to each member',
  'security.sso-set': (d) => `set up single sign-on at ${text(d, 'issuer')}`,
  'security.sso-removed': () => 'removed single sign-on',
  'security.domain-verified': (d) =>
    `verified that the domain ${text(d, 'domain')} is this account's`,
  'session.closed': () => 'signed out',
  'support.looked': (d) => `looked into this account as support: ${text(d, 'why')}`,
  'support.view-started': (d) =>
    `saw this account as you do, as support, until ${instant(text(d, 'until'))} at most: ${text(d, 'why')}`,
  'support.view-ended': () => 'stopped seeing this account as you do',
  'account.created': () => 'created this account',
  'account.suspended': (d) => `suspended this account${forReason(d)}`,
  'account.resumed': (d) => `resumed this account${forReason(d)}`,
  'account.live-limit-changed': (d) =>
    `changed the limit of live certificates from ${text(d, 'from')} to ${text(d, 'to')}${forReason(d)}`,
  'account.plan-changed': (d) =>
    `${text(d, 'to') === 'none' ? 'took mutual TLS out of' : 'added mutual TLS to'} the plan of this account${forReason(d)}`,
  'api-client.created': (d) => `added the API client ${text(d, 'name')} to ${place(d)}`,
  'api-client.disabled': (d) => `disabled the API client ${text(d, 'name')} of ${place(d)}`,
  'api-key.created': (d) => `created the API key ${text(d, 'name')}`,
  'api-key.rotated': (d) => `rotated the API key ${text(d, 'name')}: a new one takes over`,
  'api-key.disabled': (d) => `revoked the API key ${text(d, 'name')}`,
  'member.added': (d) => `added ${text(d, 'email')} as a member`,
  'member.changed': (d) =>
    `made ${text(d, 'email')} ${roleText(d)}${text(d, 'reason') ? `, because: ${text(d, 'reason')}` : ''}`,
  'member.invited': (d) => `invited ${text(d, 'email')} as ${roleText(d)}`,
  'member.invitation-sent-again': (d) => `sent the invitation to ${text(d, 'email')} again`,
  'member.invitation-withdrawn': (d) => `withdrew the invitation to ${text(d, 'email')}`,
  'member.joined': (d) => `joined as ${roleText(d)}, invited by ${text(d, 'invitedBy')}`,
  'member.left': () => 'left the account',
  'member.asked': (d) =>
    `asked for Manage mTLS${text(d, 'environment') ? ` in ${text(d, 'environment')}` : ''}`,
  'issuer.created': (d) => `entered the CA ${text(d, 'name')}${authority(d)}`,
  'issuer.activated': (d) => `activated the CA ${text(d, 'name')}: it issues in ${place(d)} now`,
  'issuer.retired': (d) =>
    `retired the CA ${text(d, 'name')}: it issues nothing more in ${place(d)}`,
  'issuer.list-published': (d) =>
    `published revocation list ${text(d, 'number')} of a root, with ${counted(Number(text(d, 'entries')), 'entry', 'entries')}`,
  'certificates.disowned': (d) =>
    `entered ${counted(Number(text(d, 'count')), 'certificate', 'certificates')} that a restored database had forgotten as revoked`,
  'member.disabled': (d) => `removed ${text(d, 'email')}`,
};

/**
 * Nothing writes these any more, and chains that have them are never rewritten. `account.looked-into` was an event for
 * each time that support changed into an account; `support.looked`, once an hour and with its reason, took its place.
 */
const OF_OLD: typeof SENTENCES = {
  'account.looked-into': () => 'opened this account as support, to read',
};

const METHODS: Record<string, string> = {
  passkey: ' with a passkey',
  sso: ' through single sign-on',
};

export function sentenceOf(event: ActivityEventView): string {
  const sentence = SENTENCES[event.action] ?? OF_OLD[event.action];
  if (sentence) return sentence(event.detail);
  return event.action.replaceAll(/[.-]/g, ' ');
}

/** Who did it: a person by name, a program as what it is. */
export function actorOf(event: ActivityEventView): string {
  const { kind, name } = event.actor;
  if (kind === 'api_key') return `API key ${name}`;
  if (kind === 'edge') return `Edge ${name}`;
  return kind === 'system' ? 'Countersign' : name;
}

const DETAIL_NAMES: Record<string, string> = {
  environment: 'Environment',
  label: 'Label',
  commonName: 'Common name',
  serialHex: 'Serial',
  sha256Fingerprint: 'SHA-256',
  tbsSha256: 'Draft SHA-256',
  intentId: 'Issuance',
  issuerId: 'Issuer',
  slot: 'Slot',
  reason: 'Reason',
  from: 'Before',
  to: 'After',
  email: 'E-mail',
  role: 'Role',
  invitedBy: 'Invited by',
  name: 'Name',
  legalName: 'Legal name',
  scopes: 'Scopes',
  why: 'Why',
  kind: 'Kind',
  method: 'Method',
  state: 'State',
  before: 'Before',
  number: 'Number',
  entries: 'Entries',
  nextUpdate: 'Next list by',
  replacesId: 'Renewal of',
  idleDays: 'Idle days',
  askedBy: 'Asked by',
  minutes: 'Minutes',
  endsAt: 'Ends',
  at: 'At',
  start: 'Start',
  override: 'Override',
  provedAt: 'Proved by a call at',
  renewalId: 'Renewal',
  approvedBy: 'Approved by',
  actId: 'Act of support',
  until: 'Until',
  end: 'End',
};

/** The recorded facts of an event, named for people; what is absent is left out. */
export function detailRows(detail: Detail): { name: string; value: string }[] {
  return Object.entries(detail).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return { name: DETAIL_NAMES[key] ?? key, value: worded(key, shown) };
  });
}

function worded(key: string, value: string): string {
  if (key === 'environment' && isEnvironment(value)) return ENVIRONMENT_WORDS[value];
  const reason = REVOCATION_REASONS.find((one) => one === value);
  return key === 'reason' && reason ? REASON_WORDS[reason].name : value;
}

function text(detail: Detail, key: string): string {
  const value = detail[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function roleText(detail: Detail): string {
  const role = text(detail, 'role');
  const words = Object.entries(ROLE_WORDS).find(([name]) => name === role)?.[1] ?? role;
  const environment = text(detail, 'environment');
  return environment ? `${words} for ${environment}` : words;
}

function modeSet(mode: string): string {
  if (mode === 'enforce') return 'enforced mTLS in';
  return mode === 'observe' ? 'began to observe calls in' : 'turned off enforcement in';
}

function whyOf(detail: Detail): string {
  return text(detail, 'override') ? `, because: ${text(detail, 'override')}` : '';
}

function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function forReason(detail: Detail): string {
  return text(detail, 'reason') ? `, because: ${text(detail, 'reason')}` : '';
}

function place(detail: Detail): string {
  return text(detail, 'environment') || 'an environment';
}

function authority(detail: Detail): string {
  if (text(detail, 'kind') === 'root') return ', a root';
  const ready = text(detail, 'state') === 'ready';
  return ready ? ` for ${place(detail)}, not used yet` : `, which issues in ${place(detail)}`;
}

function gaveUp(why: string): string {
  if (why.includes('compromised')) {
    return 'gave up a request because its key was reported as compromised';
  }
  if (why.includes('refused')) return 'gave up a request that the certificate authority refused';
  return 'gave up a request that was not finished in time';
}

function inSlot(detail: Detail): string {
  return text(detail, 'slot') ? `, slot ${text(detail, 'slot')}` : '';
}

function byRule(detail: Detail): string {
  const days = counted(Number(text(detail, 'idleDays')), 'day');
  return `, as ${text(detail, 'askedBy')} had asked: it had been idle for ${days}, and its renewal is in use`;
}

function because(detail: Detail): string {
  const reason = REVOCATION_REASONS.find((one) => one === detail.reason);
  if (!reason || reason === 'unspecified') return '';
  return `: ${REASON_WORDS[reason].name.toLowerCase()}`;
}
