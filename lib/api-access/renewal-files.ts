/** The worked example of renewing unattended, as it lies in docs/renewal and is run by the tests. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MEDIA = {
  'renew-certificate.sh': 'application/x-sh',
  'renew-certificate.yml': 'application/yaml',
} as const;
export type RenewalFile = keyof typeof MEDIA;

export function isRenewalFile(name: string): name is RenewalFile {
  return Object.hasOwn(MEDIA, name);
}

export async function renewalFile(name: RenewalFile): Promise<{ body: string; media: string }> {
  const body = await readFile(join(process.cwd(), 'docs/renewal', name), 'utf8');
  return { body, media: `${MEDIA[name]}; charset=utf-8` };
}
