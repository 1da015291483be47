import { type KeyFile, keyFileOf } from '@/lib/pki/other-files';
import { pemOf } from '@/lib/pki/pem';
import { looksLikePrivateKey } from '@/lib/pki/private-key';

export type RequestFile =
  | { kind: 'private-key'; is: KeyFile }
  | { kind: 'text'; text: string }
  | { kind: 'other'; bytes: Uint8Array };

/** One octet more than is taken tells a file that is too large. */
const MAX_READ_BYTES = 65_537;

/** Reads a chosen or dropped file: PEM as it is, a DER request as PEM, anything else for the findings to name. */
export async function readRequestFile(file: Blob): Promise<RequestFile> {
  return requestFileOf(new Uint8Array(await file.slice(0, MAX_READ_BYTES).arrayBuffer()));
}

export function requestFileOf(bytes: Uint8Array): RequestFile {
  if (looksLikePrivateKey(bytes)) return { kind: 'private-key', is: keyFileOf(bytes) };
  const text = textOf(bytes);
  if (text !== null) return { kind: 'text', text };
  // 0x30: a DER SEQUENCE. What kind it is, the same check tells as for a pasted one.
  if (bytes[0] === 0x30 && bytes.length < MAX_READ_BYTES) {
    return { kind: 'text', text: pemOf(bytes, 'CERTIFICATE REQUEST') };
  }
  return { kind: 'other', bytes };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[^\p{Cc}]*$/u.test(text.replace(/[\r\n\t]/g, '')) ? text : null;
  } catch {
    return null;
  }
}
