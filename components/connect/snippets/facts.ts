import { TEST_PATH } from '@/lib/kernel/test-path';

/** What a snippet is written with: names of the account, never a secret. */
export type SnippetFacts = {
  /** Of the mTLS host, without a trailing slash. */
  mtlsUrl: string;
  /** `erp`: the key is `erp.key`, the chain `erp-fullchain.pem`. */
  stem: string;
  apiClient: string;
  /** Whether the key file is encrypted. */
  key: 'plain' | 'passphrase';
  /** File with the CA of the host's own certificate; null where machines trust it already. */
  caFile: string | null;
};

/** Environment variables in which every program takes its secrets. */
export const PASSWORD_VARIABLE = 'API_PASSWORD';
export const PASSPHRASE_VARIABLE = 'KEY_PASSPHRASE';

export function addressOf({ mtlsUrl }: SnippetFacts): string {
  return `${mtlsUrl.replace(/\/$/, '')}${TEST_PATH}`;
}

export function filesOf({ stem }: SnippetFacts): { cert: string; key: string; pkcs12: string } {
  return { cert: `${stem}-fullchain.pem`, key: `${stem}.key`, pkcs12: `${stem}.p12` };
}

/** The lines that are there, one below another, with a line feed at the end. */
export function lines(...all: (string | null)[]): string {
  return `${all.filter((line) => line !== null).join('\n')}\n`;
}
