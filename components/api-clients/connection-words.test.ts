import { describe, expect, it } from 'vitest';
import type { ConnectionView } from '@/lib/contract/activity';
import { CONNECTS } from '@/lib/contract/activity';
import { ifEnforced, unprovedText } from './connection-words';

const none = { calls: 0, lastAt: null };
const connection = (differs: Partial<ConnectionView>): ConnectionView => ({
  apiClient: { id: 'cli_1', name: 'erp-sync', disabledAt: null },
  connects: 'nothing',
  mtls: none,
  standard: none,
  unproved: none,
  refused: none,
  lastSeenAt: null,
  userAgents: [],
  networks: [],
  ...differs,
});

describe('how an API client connects', () => {
  it('only calls that are its own say what enforcement would do', () => {
    const told = CONNECTS.map((connects) => [connects, ifEnforced(connection({ connects }))]);
    expect(Object.fromEntries(told)).toEqual({
      mtls: 'passes',
      both: 'refused',
      standard: 'refused',
      nothing: null,
    });
  });

  it('calls that prove nothing are told apart', () => {
    expect(unprovedText(connection({}))).toBeNull();
    const unproved = { calls: 1_204, lastAt: '2026-11-21T10:00:00.000Z' };
    expect(unprovedText(connection({ unproved }))).toBe('1,204 calls named it and proved nothing');
  });
});
