/** The client's certificate as another proxy writes it into a header. */
import { type Connection, leafOf } from '@/gateway/connections';

type FoundLeaf = NonNullable<Connection['leaf']>;

export type LeafReader = (value: string) => FoundLeaf | 'none' | 'unreadable';

/** Enough for the callers of a busy edge; some four kilobytes each. */
const REMEMBERED = 4_096;

/**
 * Reads one certificate: `:base64:` (RFC 9440, 2.2) or nginx's `$ssl_client_escaped_cert`. Empty values and an empty
 * byte sequence say that there was none. The same value gives the same leaf, so the newest are remembered: reading
 * and hashing a certificate costs more than the decision.
 */
export function leafReader(): LeafReader {
  const remembered = new Map<string, FoundLeaf>();
  return (value) => {
    if (value === '' || value === '::') return 'none';
    const known = remembered.get(value);
    if (known !== undefined) return known;
    const der = value.startsWith(':') ? fromByteSequence(value) : fromEscapedPem(value);
    if (der === null) return 'unreadable';
    const leaf = leafOf(der);
    if (remembered.size >= REMEMBERED) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest);
        break;
      }
    }
    // A part of a longer text would keep all of it in memory.
    remembered.set(Buffer.from(value, 'latin1').toString('latin1'), leaf);
    return leaf;
  };
}

function fromByteSequence(value: string): Uint8Array | null {
  return value.endsWith(':') ? strictBase64(value.slice(1, -1)) : null;
}

function fromEscapedPem(value: string): Uint8Array | null {
  const pem = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n?$/;
  try {
    const body = pem.exec(decodeURIComponent(value))?.[1];
    return body === undefined ? null : strictBase64(body.replaceAll('\n', ''));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** RFC 4648, 3.5 and 4: one encoding of these bytes and no other, or two values would be one certificate. */
function strictBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
