/** What a page or a download of Connect is about, from its address and what this reader picked last. */
import { cookies } from 'next/headers';
import type { SnippetFacts } from '@/components/connect/snippets/facts';
import { isSnippetId, type SnippetId } from '@/components/connect/snippets/snippets';
import type { Principal } from '@/lib/access/scope';
import { edgeServerCa, SERVER_CA_FILE_NAME } from '@/lib/connection/server-ca';
import type { CertificateView, EnforcementConsequence } from '@/lib/contract/views';
import { fileStemOf } from '@/lib/pki/csr-command';

export type Asked = Record<string, string | string[] | undefined>;

export async function languageOf({ language }: Asked): Promise<SnippetId> {
  if (isSnippetId(language)) return language;
  const remembered = (await cookies()).get('snippet-language')?.value;
  return isSnippetId(remembered) ? remembered : 'curl';
}

export async function snippetFacts(input: {
  principal: Principal;
  place: EnforcementConsequence;
  certificate: CertificateView | null;
  asked: Asked;
}): Promise<SnippetFacts> {
  const { place, certificate } = input;
  const trusted = await edgeServerCa(input.principal, place.environment);
  return {
    mtlsUrl: place.mtlsUrl ?? 'https://HOST',
    stem: fileStemOf(certificate?.commonName ?? 'client'),
    apiClient: place.apiClients[0] ?? 'YOUR-API-CLIENT',
    key: input.asked.key === 'passphrase' ? 'passphrase' : 'plain',
    caFile: trusted ? SERVER_CA_FILE_NAME : null,
  };
}
