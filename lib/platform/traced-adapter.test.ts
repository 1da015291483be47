import { expect, it } from 'vitest';
import { statementSpan } from './traced-adapter';

it.each([
  [
    'SELECT "public"."certificate"."id" FROM "public"."certificate" WHERE ("id" = $1)',
    'SELECT certificate',
  ],
  ['INSERT INTO "public"."mail" ("id") VALUES ($1)', 'INSERT mail'],
  ['UPDATE "public"."api_key" SET "label" = $1', 'UPDATE api_key'],
  ['\n  WITH due AS (SELECT id FROM notice) DELETE FROM notice', 'WITH notice'],
  ["SELECT set_config('role', 'countersign_app', true)", 'SELECT'],
  ['SELECT extract(epoch FROM revoked_at) AS at FROM certificate', 'SELECT certificate'],
  ['countersign_take_slot', 'SELECT countersign_take_slot'],
  ["DO $$ BEGIN PERFORM 'hunter2'; END $$", 'statement'],
])('%s is told as %s: no text, no value', (sql, name) => {
  const span = statementSpan(sql);
  expect(span.name).toBe(name);
  expect(JSON.stringify(span)).not.toContain('hunter2');
  expect(span.where).toBe('beneath');
});
