import { type RequestFile, requestFileOf } from '@/components/request/request-file';
import { MAX_CSR_BYTES } from '@/lib/contract/operations';
import { looksLikePrivateKey } from '@/lib/pki/private-key';

/** What to judge. A private key is nothing to judge, and is told apart by what it came in. */
export async function uploadOf(file: unknown, text: string): Promise<RequestFile> {
  if (file instanceof File && file.size > 0) {
    return requestFileOf(new Uint8Array(await file.slice(0, MAX_CSR_BYTES + 1).arrayBuffer()));
  }
  if (looksLikePrivateKey(text)) return { kind: 'private-key', is: 'private-key' };
  return { kind: 'text', text };
}
