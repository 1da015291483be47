import { describe, expect, it } from 'vitest';
import { actWords, changeFeed } from './change-feed';
import { CHANGE_LOG } from './change-log';
import { OPERATIONS } from './operations';

describe('the change log', () => {
  it('has the introduction of every operation, once', () => {
    const added = CHANGE_LOG.filter((entry) => entry.kind === 'added');
    const introduced = added.flatMap((entry) => entry.operations);
    expect([...introduced].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('is dated, newest first, and every entry has an address of its own', () => {
    const dates = CHANGE_LOG.map((entry) => entry.date);
    expect(dates).toEqual([...dates].sort().reverse());
    for (const date of dates) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
    const ids = CHANGE_LOG.map((entry) => entry.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
  });

  it('whoever takes something away says what to do', () => {
    for (const entry of CHANGE_LOG) {
      if (entry.kind === 'deprecated' || entry.kind === 'removed') {
        expect(entry.act?.words, entry.id).toBeTruthy();
      }
      expect(actWords(entry)).not.toBe('');
    }
  });
});

describe('the feed', () => {
  it('RFC 4287, 4.1: has id, title, updated, author and one entry for each of the log', () => {
    const feed = changeFeed({
      publicUrl: 'https://certificates.example',
      provider: 'Example Bank',
    });
    expect(feed).toMatch(
      /^<\?xml version="1\.0" encoding="utf-8"\?>\n<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom"/,
    );
    for (const element of ['id', 'title', 'updated', 'author']) {
      expect(feed.split('<entry>')[0]).toContain(`<${element}>`);
    }
    expect(feed.match(/<entry>/g)).toHaveLength(CHANGE_LOG.length);
    expect(feed).toContain('POST /api/v1/certificates');
  });

  it('T23: a name full of markup stays text', () => {
    const provider = `</name><script>"&'\u0000\ud800`;
    const feed = changeFeed({ publicUrl: 'https://certificates.example', provider });
    expect(feed).toContain('<name>&lt;/name&gt;&lt;script&gt;&quot;&amp;&apos;</name>');
  });
});
