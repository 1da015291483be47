/** The first call, with the account's own names; it works in a POSIX shell when pasted. */
export const TEST_PATH = '/connection/v1/testauthentication';

export function curlWithCertificate(input: {
  mtlsUrl: string;
  commonName: string;
  apiClient: string | null;
}): string {
  const stem = fileStem(input.commonName);
  return [
    `curl ${quoted(`${input.mtlsUrl.replace(/\/$/, '')}${TEST_PATH}`)}`,
    `  --cert ${stem}-fullchain.pem`,
    `  --key ${stem}.key`,
    `  --user ${quoted(input.apiClient ?? 'YOUR-API-CLIENT')}`,
  ].join(' \\\n');
}

export function curlWithoutCertificate(input: {
  standardUrl: string;
  apiClient: string | null;
}): string {
  return [
    `curl ${quoted(`${input.standardUrl.replace(/\/$/, '')}${TEST_PATH}`)}`,
    `  --user ${quoted(input.apiClient ?? 'YOUR-API-CLIENT')}`,
  ].join(' \\\n');
}

/** `erp` for `erp.meridian.example`: names a file and nothing else. */
export function fileStem(commonName: string): string {
  const first = commonName.toLowerCase().split('.')[0] ?? '';
  return first.replace(/[^a-z0-9-]/g, '').replace(/^-+/, '') || 'client';
}

/** As it is when a shell reads it as one word, in single quotes otherwise. */
function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:@%+=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
