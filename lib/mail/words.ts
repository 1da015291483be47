/** What a mail says: the same in text and in HTML. Labels and names are customers' text, and stay text. */
import { enforcementMessage } from './enforcement-words';
import type { NoticeData } from './notices';
import { supportMessage } from './support-notices';

export type Place = { publicUrl: string; providerName: string };
export type Words = { subject: string; text: string; html: string };

export type Message = {
  subject: string;
  /** The fact, then the consequence. */
  says: string[];
  facts: [name: string, value: string][];
  act: { text: string; path: string };
};

/** @param reader the name of who gets it */
export function wordsOf(
  data: NoticeData,
  { place, reader, accountName }: { place: Place; reader: string; accountName: string },
): Words {
  const why = `You get this because you may manage mTLS of ${accountName} at ${place.providerName}. There is nothing secret in it.`;
  const message = messageOf(data);
  return renderedMail(message, { place, reader, why, about: ` (${accountName})` });
}

/**
 * The same words in text and in HTML. Whatever people wrote stays text, and no line break of theirs reaches a header.
 * @param given.reader the name of who gets it; null: unknown
 * @param given.about added to the subject
 */
export function renderedMail(
  message: Message,
  given: { place: Place; reader: string | null; why: string; about?: string },
): Words {
  const { place, why, about = '' } = given;
  const url = `${place.publicUrl}${message.act.path}`;
  const greeting = given.reader ? `Hello ${given.reader},` : 'Hello,';
  const subject = `${message.subject}${about}`.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
  const text = [
    greeting,
    ...message.says,
    ...(message.facts.length > 0
      ? [message.facts.map(([name, value]) => `${name}: ${value}`).join('\n')]
      : []),
    `${message.act.text}: ${url}`,
    `-- \n${why}`,
  ].join('\n\n');
  return { subject, text: `${text}\n`, html: page({ message, greeting, url, why, subject }) };
}

function messageOf(data: NoticeData): Message {
  switch (data.kind) {
    case 'certificate-issued':
      return {
        subject: `${upper(data.environment)} certificate ${data.label} issued`,
        says: [
          `${data.by} issued the ${data.environment} certificate ${data.label}.`,
          'Whoever has its private key can call as your account. If nobody of you asked for it, revoke it.',
        ],
        facts: certificateFacts(data),
        act: { text: 'Install certificate', path: `/certificates/${data.certificateId}` },
      };
    case 'certificate-revoked':
      return {
        subject: `${upper(data.environment)} certificate ${data.label} revoked`,
        says: [
          revokedSentence(data),
          'Calls with it are refused since then. Programs that still use it need another certificate.',
        ],
        facts: certificateFacts(data),
        act: { text: 'Open certificate', path: `/certificates/${data.certificateId}` },
      };
    case 'certificate-expiring':
      return {
        subject: `${upper(data.environment)} certificate ${data.label} expires ${inDays(data.daysLeft)}`,
        says: [
          `The ${data.environment} certificate ${data.label} expires ${inDays(data.daysLeft)}. Calls with it will then be refused.`,
          replacementSentence(data),
        ],
        facts: certificateFacts(data),
        act: data.successor
          ? { text: 'Open certificate', path: `/certificates/${data.certificateId}` }
          : { text: 'Renew certificate', path: `/certificates/${data.certificateId}/renew` },
      };
    case 'certificate-expired':
      return {
        subject: `${upper(data.environment)} certificate ${data.label} has expired and was in use`,
        says: [
          `The ${data.environment} certificate ${data.label} has expired. Calls came with it in its last week; they are refused now.`,
          data.successor
            ? `${data.successor} is there to replace it. Install that one.`
            : 'Nothing replaces it. Issue a new one and install it.',
        ],
        facts: certificateFacts(data),
        act: { text: 'Open certificate', path: `/certificates/${data.certificateId}` },
      };
    case 'api-key-expiring':
      return apiKeyMessage(data);
    case 'access-asked':
      return {
        subject: `${data.by} asks for Manage mTLS`,
        says: [
          `${data.by} asks to issue, renew and revoke certificates and to change enforcement${data.environment ? ` in ${data.environment}` : ''}.`,
          'Nothing changes before you give it. If they should not have it, do nothing.',
        ],
        facts: [],
        act: { text: 'Open member', path: `/members/${data.personId}` },
      };
    case 'enforcement-changed':
    case 'enforcement-trial':
    case 'enforcement-reverted':
    case 'enforcement-scheduled':
    case 'enforcement-not-started':
      return enforcementMessage(data);
    default:
      return supportMessage(data);
  }
}

function apiKeyMessage(data: Extract<NoticeData, { kind: 'api-key-expiring' }>): Message {
  return {
    subject: `API key ${data.name} expires ${inDays(data.daysLeft)}`,
    says: [
      `The API key ${data.name} expires ${inDays(data.daysLeft)}. Programs that use it are then refused with 401.`,
      data.lastUsedAt
        ? 'Rotate it: you get a new key, and both work until the programs have changed over.'
        : 'It was never used. If nothing needs it, let it expire.',
    ],
    facts: [
      ['Key', `${data.start}...`],
      ['Expires', instant(data.expiresAt)],
      ['Last used', data.lastUsedAt ? instant(data.lastUsedAt) : 'never'],
    ],
    act: { text: 'Open API key', path: `/api-keys/${data.keyId}` },
  };
}

function instant(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function replacementSentence({
  successor,
  successorSeen,
}: Extract<NoticeData, { kind: 'certificate-expiring' }>): string {
  if (!successor) {
    return 'Nothing replaces it yet. Renew it, install the new one, and then revoke the old one.';
  }
  return successorSeen
    ? `Calls come with ${successor}, but not from every API client that called with this one. Install that one in them before then.`
    : `Its replacement ${successor} was issued but has not made a call yet. Install that one before then.`;
}

function revokedSentence(data: Extract<NoticeData, { kind: 'certificate-revoked' }>): string {
  const what = `the ${data.environment} certificate ${data.label}`;
  if (!data.rule) return `${data.by} revoked ${what}.`;
  const { idleDays, askedBy, renewalLabel } = data.rule;
  const days = idleDays === 1 ? '1 day' : `${idleDays} days`;
  return `Countersign revoked ${what}: calls come with its renewal ${renewalLabel}, and none had come with this one for ${days}. ${askedBy} had asked for that.`;
}

function certificateFacts(
  data: Extract<NoticeData, { certificateId: string }>,
): [string, string][] {
  return [
    ['Common name', data.commonName],
    ['Environment', data.environment],
    ['Serial', data.serialHex],
    ['Valid to', instant(data.notAfter)],
  ];
}

function inDays(days: number): string {
  if (days < 1) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

function upper(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function page(given: {
  message: Message;
  greeting: string;
  url: string;
  why: string;
  subject: string;
}): string {
  const { message, greeting, url, why, subject } = given;
  const rows = message.facts.map(
    ([name, value]) =>
      `<tr><td class="q" style="padding:4px 16px 4px 0;color:#696a74;white-space:nowrap;vertical-align:top">${escaped(name)}</td><td style="padding:4px 0;word-break:break-word">${escaped(value)}</td></tr>`,
  );
  const paragraphs = message.says.map((one) => `<p style="margin:0 0 12px">${escaped(one)}</p>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){body,.p{background:#0e0f11!important}.s{background:#15161a!important;border-color:#24262c!important;color:#edeef0!important}.q{color:#abadb6!important}}</style>
</head><body style="margin:0;background:#fcfcfb"><div class="p" style="background:#fcfcfb;padding:24px 16px">
<div class="s" style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #e8e8e4;border-radius:12px;color:#17171b;font:15px/23px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<p style="margin:0 0 20px;font-weight:600">Countersign</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600;word-break:break-word">${escaped(message.subject)}</h1>
<p style="margin:0 0 12px">${escaped(greeting)}</p>
${paragraphs.join('\n')}
${rows.length > 0 ? `<table role="presentation" style="margin:8px 0 12px;border-collapse:collapse;font-size:14px;line-height:20px">${rows.join('')}</table>` : ''}
<p style="margin:20px 0 24px"><a href="${escaped(url)}" style="display:inline-block;padding:10px 18px;background:#3640c4;color:#ffffff;text-decoration:none;border-radius:6px;font-weight:500">${escaped(message.act.text)}</a></p>
<p class="q" style="margin:0;font-size:13px;line-height:19px;color:#696a74">${escaped(why)}</p>
</div></div></body></html>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
