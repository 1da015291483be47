/** An export as one text, for tests of what it says. */
import type { Principal } from '@/lib/access/scope';
import type { AuditFilter, AuditFormat } from '@/lib/contract/audit';
import { exportTrail } from './export';
import { auditKey } from './key';

export async function exported(
  principal: Principal,
  wanted: { format?: AuditFormat; filter?: AuditFilter } = {},
): Promise<string> {
  const { body } = await exportTrail(principal, {
    format: wanted.format ?? 'jsonl',
    filter: wanted.filter ?? {},
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What somebody noted of the portal's key. */
export function pinnedKey(): { key: string } {
  return { key: auditKey().sha256 };
}

export async function* asFile(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? Buffer.from(content) : content;
}
