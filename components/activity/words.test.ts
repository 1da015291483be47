import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ActivityEventView } from '@/lib/contract/views';
import { detailRows, sentenceOf } from './words';

function event(action: string, detail: ActivityEventView['detail'] = {}): ActivityEventView {
  return {
    ...{ id: 'evt_1', sequence: 1, at: '2026-11-18T14:05:00.000Z', action, detail },
    ...{ objectKind: 'x', objectId: 'y', requestId: 'z' },
    actor: { kind: 'person', id: 'usr_1', name: 'Ines Duarte' },
  };
}

/** Every action that the features record, read from their sources. */
function recordedActions(): string[] {
  const root = join(import.meta.dirname, '..', '..', 'lib');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
  return sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/action:[^,\n]*/g)].flatMap(([line]) =>
      [...line.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].flatMap(([, action]) => action ?? []),
    ),
  );
}

// What concerns the deployment is in no account's trail.
const NOT_OF_AN_ACCOUNT = /^(edge|staff|snapshot|support-act)\./;

describe('activity in words', () => {
  it('has a sentence for every action an account can see', () => {
    const actions = recordedActions().filter((action) => !NOT_OF_AN_ACCOUNT.test(action));
    expect(actions.length).toBeGreaterThan(8);
    const bare = actions.filter(
      (action) => sentenceOf(event(action)) === action.replaceAll(/[.-]/g, ' '),
    );
    expect(bare).toEqual([]);
  });

  it('has one for what only older chains have', () => {
    expect(recordedActions()).not.toContain('account.looked-into');
    expect(sentenceOf(event('account.looked-into'))).toBe(
      'opened this account as support, to read',
    );
  });

  it('names what was done to what', () => {
    const revoked = event('certificate.revoked', {
      environment: 'production',
      label: 'ERP primary',
      reason: 'superseded',
    });
    expect(sentenceOf(revoked)).toBe(
      'revoked the certificate ERP primary of production: replaced by another certificate',
    );
    expect(sentenceOf(event('enforcement.changed', { environment: 'sandbox', to: 'off' }))).toBe(
      'turned off enforcement in sandbox',
    );
  });

  it('tells what the lives of CAs mean for who may issue', () => {
    const of = (action: string, detail: ActivityEventView['detail']) =>
      sentenceOf(event(action, { name: 'Client CA 2', environment: 'production', ...detail }));
    expect(of('issuer.created', { kind: 'issuing', state: 'ready' })).toBe(
      'entered the CA Client CA 2 for production, not used yet',
    );
    expect(of('issuer.created', { kind: 'root' })).toBe('entered the CA Client CA 2, a root');
    expect(of('issuer.activated', {})).toBe(
      'activated the CA Client CA 2: it issues in production now',
    );
    expect(of('issuer.list-published', { number: 4, entries: 1 })).toBe(
      'published revocation list 4 of a root, with 1 entry',
    );
    expect(of('certificates.disowned', { count: 2 })).toBe(
      'entered 2 certificates that a restored database had forgotten as revoked',
    );
    expect(of('issuer.retired', {})).toBe(
      'retired the CA Client CA 2: it issues nothing more in production',
    );
  });

  it('shows every recorded fact under a name people know', () => {
    expect(
      detailRows({ environment: 'sandbox', reason: 'keyCompromise', scopes: ['read'], gone: null }),
    ).toEqual([
      { name: 'Environment', value: 'Sandbox' },
      { name: 'Reason', value: 'Its private key may be known to someone else' },
      { name: 'Scopes', value: '["read"]' },
    ]);
  });
});
