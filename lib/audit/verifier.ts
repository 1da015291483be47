import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processWide } from '@/lib/platform/process-wide';

/** The program that checks exports, as it is in this version. */
export function verifierText(): Promise<string> {
  return processWide('audit-verifier', () =>
    readFile(join(process.cwd(), 'scripts/audit-verify.mjs'), 'utf8'),
  );
}
