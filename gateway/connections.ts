import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Leaf, Listener } from '@/lib/edge/decide';
import { clientAuthOf } from '@/lib/edge/leaf';
import type { Environment } from '@/lib/kernel/environments';
import { networkOf } from '@/lib/kernel/network';

/** What is known of one TLS connection, read once, after its full handshake. */
export type Connection = {
  socket: TLSSocket;
  environment: Environment;
  listener: Listener;
  leaf: (Leaf & { der: Uint8Array; fingerprintHex: string }) | null;
  sni: string | null;
  tlsVersion: string | null;
  sourceAddress: string | null;
  /** `networkOf` the source. */
  network: string;
  /** Whether it was allowed when it was opened. */
  allowedBefore: boolean;
  /** The exchanges whose request or answer is not complete. */
  inFlight: Set<InFlight>;
};

/** Of a connection, or of what another proxy told about one: all that a verdict and a report are made of. */
export type Caller = Pick<
  Connection,
  'environment' | 'listener' | 'leaf' | 'sni' | 'tlsVersion' | 'sourceAddress' | 'network'
>;

export type InFlight = {
  /** True once a byte of the answer may have been sent. */
  answering(): boolean;
  /** Ends the call to the upstream, if one was made. */
  end(): void;
};

export type Connections = {
  add(connection: Connection): void;
  /** Those that came with one of these leaves, or all that came with a leaf. */
  touched(fingerprints: 'all' | readonly Uint8Array[]): Connection[];
  all(): Iterable<Connection>;
};

/** The open connections, found by leaf, so that a revocation reaches them without a walk over all. */
export function connections(): Connections {
  const open = new Set<Connection>();
  const byLeaf = new Map<string, Set<Connection>>();
  return {
    add(connection) {
      open.add(connection);
      const hex = connection.leaf?.fingerprintHex;
      if (hex !== undefined) {
        const same = byLeaf.get(hex) ?? new Set();
        byLeaf.set(hex, same.add(connection));
      }
      connection.socket.once('close', () => {
        open.delete(connection);
        if (hex === undefined) return;
        const same = byLeaf.get(hex);
        same?.delete(connection);
        if (same?.size === 0) byLeaf.delete(hex);
      });
    },
    touched(fingerprints) {
      if (fingerprints === 'all') return [...byLeaf.values()].flatMap((same) => [...same]);
      return fingerprints.flatMap((fingerprint) => [...(byLeaf.get(hexOf(fingerprint)) ?? [])]);
    },
    all: () => open.values(),
  };
}

/** Reads the facts from a socket; `socket.authorized` is never read (row T14). */
export function connectionOf(
  socket: TLSSocket,
  place: { environment: Environment; listener: Listener },
): Connection {
  const der = place.listener === 'mtls' ? socket.getPeerX509Certificate()?.raw : undefined;
  const servername: unknown = Reflect.get(socket, 'servername');
  // An IPv4 client of a dual-stack listener appears as a mapped address (RFC 4291, 2.5.5.2).
  const sourceAddress = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null;
  return {
    socket,
    ...place,
    leaf: der === undefined ? null : leafOf(der),
    sni: typeof servername === 'string' && servername !== '' ? servername : null,
    tlsVersion: socket.getProtocol(),
    sourceAddress,
    network: networkOf(sourceAddress ?? 'unknown'),
    allowedBefore: false,
    inFlight: new Set(),
  };
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function leafOf(der: Uint8Array): NonNullable<Connection['leaf']> {
  const fingerprint = createHash('sha256').update(der).digest();
  return { fingerprint, fingerprintHex: hexOf(fingerprint), der, clientAuth: clientAuthOf(der) };
}
