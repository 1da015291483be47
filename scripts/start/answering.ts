/** Proof that what we are about to announce answers: the portal over HTTP, every listener of the edge over TLS. */
import { connect } from 'node:tls';
import { SettingsError } from '@/lib/platform/env';

const TIMEOUT_MS = 10_000;

/** The address at which this machine itself reaches a listener bound to `host`. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '::1';
  return host;
}

/** `host` as it is written inside a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** @throws SettingsError when the portal does not say that it is alive */
export async function checkPortal(portalUrl: string): Promise<void> {
  const response = await fetch(`${portalUrl}/healthz`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new SettingsError(`The portal does not answer at ${portalUrl}: ${error}`);
  });
  await response.body?.cancel();
  if (response.status !== 200) {
    throw new SettingsError(`The portal answers ${response.status} at ${portalUrl}/healthz.`);
  }
}

/**
 * One TLS handshake, no request: nothing is refused, so nothing shows up among a customer's refused calls.
 * @throws SettingsError when the listener does not complete it with a certificate that `ca` vouches for
 */
export function checkTlsListener(listener: {
  host: string;
  port: number;
  /** PEM; null when the operator brought a certificate whose names and issuer are unknown here. */
  ca: string | null;
}): Promise<void> {
  const { host, port, ca } = listener;
  const trust =
    ca === null ? { rejectUnauthorized: false } : { ca, servername: 'localhost' as const };
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS, ...trust });
    const fail = (why: string) => {
      socket.destroy();
      reject(new SettingsError(`The edge does not answer on ${host}, port ${port}: ${why}.`));
    };
    socket.once('secureConnect', () => {
      // The mTLS listener ends a connection without a certificate; that end is an answer too.
      socket.on('error', () => undefined);
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => fail('no handshake in time'));
    socket.once('error', (error) => fail(error.message));
  });
}
