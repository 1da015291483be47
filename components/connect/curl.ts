/** The first call, with the account's own names; it works in a POSIX shell when pasted. */
import { fileStemOf } from '@/lib/pki/csr-command';
export const TEST_PATH = '/connection/v1/testauthentication';

export function curlWithCertificate(input: {
  mtlsUrl: string;
  commonName: string;
  apiClient: string | null;
}): string {
  const stem = fileStemOf(input.commonName);
  return [
    `curl --cert ${stem}-fullchain.pem`,
    `  --key ${stem}.key`,
    `  --user ${quoted(input.apiClient ?? 'YOUR-API-CLIENT')}`,
    `  ${quoted(`${input.mtlsUrl.replace(/\/$/, '')}${TEST_PATH}`)}`,
  ].join(' \\\n');
}

export function curlWithoutCertificate(input: {
  standardUrl: string;
  apiClient: string | null;
}): string {
  return [
    `curl --user ${quoted(input.apiClient ?? 'YOUR-API-CLIENT')}`,
    `  ${quoted(`${input.standardUrl.replace(/\/$/, '')}${TEST_PATH}`)}`,
  ].join(' \\\n');
}

/** As it is when a shell reads it as one word, in single quotes otherwise. */
function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:@%+=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
