/** Text armor (RFC 7468). Writing is strict; the reading of uploads, with its findings, is csr-file.ts. */
import { base64Of, bytesOfBase64 } from '@/lib/pki/bytes';
import { DerError } from '@/lib/pki/der';

/**
 * PEM text of one DER value: 64 columns, LF, final newline.
 * @param label without the words BEGIN and END, for example `CERTIFICATE`
 * @see RFC 7468, 2
 */
export function pemOf(der: Uint8Array, label: string): string {
  const lines = base64Of(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * The DER of text that holds exactly one PEM block and otherwise white space.
 * @throws DerError when it does not
 */
export function derOf(pem: string): Uint8Array {
  const match = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/.exec(
    pem,
  );
  const der = match?.[2] === undefined ? null : bytesOfBase64(match[2].replace(/\s/g, ''));
  if (der === null) throw new DerError('the text is not exactly one PEM block');
  return der;
}
