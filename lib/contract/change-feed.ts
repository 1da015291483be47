/** The change log as an Atom feed, which readers, chat and build tools subscribe to. */
import { CHANGE_LOG, type ChangeEntry } from './change-log';
import { OPERATIONS } from './operations';

/** @see RFC 4287 @see RFC 4151 for the ids, which outlive the portal's address */
export function changeFeed(input: { publicUrl: string; provider: string }): string {
  const { publicUrl } = input;
  const home = `${publicUrl}/changes`;
  const authority = new URL(publicUrl).hostname;
  const newest = CHANGE_LOG[0]?.date ?? '1970-01-01';
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
    `<id>tag:${xml(authority)},2026:changes</id>`,
    `<title>${xml(`Changes of the API, ${input.provider}`)}</title>`,
    `<link rel="self" type="application/atom+xml" href="${xml(`${home}.atom`)}"/>`,
    `<link rel="alternate" type="text/html" href="${xml(home)}"/>`,
    `<author><name>${xml(input.provider)}</name></author>`,
    `<updated>${midnight(newest)}</updated>`,
    ...CHANGE_LOG.map((entry) => entryXml(entry, { home, authority })),
    '</feed>',
    '',
  ].join('\n');
}

/** In words: whether whoever wrote a client has anything to do. */
export function actWords({ act }: ChangeEntry): string {
  if (act === null) return 'You need to do nothing.';
  return act.by === null ? act.words : `By ${act.by}: ${act.words}`;
}

function entryXml(entry: ChangeEntry, place: { home: string; authority: string }): string {
  const operations = entry.operations.map(
    (id) => `${OPERATIONS[id].method} ${OPERATIONS[id].path}`,
  );
  const text = [entry.text, actWords(entry), ...operations].join('\n');
  return [
    '<entry>',
    `<id>tag:${xml(place.authority)},2026:changes:${entry.id}</id>`,
    `<title>${xml(entry.title)}</title>`,
    `<link rel="alternate" type="text/html" href="${xml(`${place.home}#${entry.id}`)}"/>`,
    `<updated>${midnight(entry.date)}</updated>`,
    `<category term="${entry.kind}"/>`,
    ...(entry.act ? ['<category term="action-required"/>'] : []),
    `<content type="text">${xml(text)}</content>`,
    '</entry>',
  ].join('');
}

function midnight(date: string): string {
  return `${date}T00:00:00Z`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text and attribute values; what XML 1.0 cannot carry (2.2) is left out. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
