import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type TlsFiles } from '@/gateway/config';
import { messageOf, writeAtomically } from '@/gateway/state-store';
import { DAY_MS } from '@/lib/kernel/time';
import { createServerCa, createServerCertificate } from '@/lib/pki/server-certificate';

export type ServerIdentity = { certPem: string; keyPem: string };

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const RENEW_BEFORE_MS = 30 * DAY_MS;

/** The operator's certificate and key. @throws ConfigError when they cannot be read or do not belong together */
export function readServerIdentity(files: TlsFiles): ServerIdentity {
  try {
    const certPem = readFileSync(files.certFile, 'utf8');
    const keyPem = readFileSync(files.keyFile, 'utf8');
    if (!new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem))) {
      throw new ConfigError(`${files.keyFile} is not the key of ${files.certFile}`);
    }
    return { certPem, keyPem };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${files.certFile}, ${files.keyFile}: ${messageOf(error)}`);
  }
}

/**
 * A server certificate of the edge's own CA for localhost and `hostnames`, made once and again when names are added
 * or it is about to expire. The CA stays the same, so that clients keep trusting `server-ca.pem`.
 */
export async function localServerIdentity(input: {
  stateDir: string;
  hostnames: readonly string[];
  nowMs: number;
}): Promise<ServerIdentity> {
  mkdirSync(input.stateDir, { recursive: true, mode: 0o700 });
  const certFile = join(input.stateDir, 'server.pem');
  const keyFile = join(input.stateDir, 'server-key.pem');
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...input.hostnames])];
  const held = existsSync(certFile) && existsSync(keyFile) ? { certFile, keyFile } : null;
  if (held !== null && stillGood(readFileSync(held.certFile, 'utf8'), names, input.nowMs)) {
    return readServerIdentity(held);
  }
  const ca = await serverCa(input);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const der = await createServerCertificate({
    now: new Date(input.nowMs),
    serial: randomBytes(16),
    caDer: ca.der,
    caKey: ca.key,
    publicKey: keys.publicKey,
    names,
  });
  const keyPem = await pemOfKey(keys.privateKey);
  await writeAtomically(keyFile, keyPem);
  await writeAtomically(certFile, pemOf('CERTIFICATE', der));
  return { certPem: pemOf('CERTIFICATE', der), keyPem };
}

async function serverCa(input: {
  stateDir: string;
  nowMs: number;
}): Promise<{ der: Uint8Array; key: webcrypto.CryptoKey }> {
  const certFile = join(input.stateDir, 'server-ca.pem');
  const keyFile = join(input.stateDir, 'server-ca-key.pem');
  if (existsSync(certFile) && existsSync(keyFile)) {
    const certificate = new X509Certificate(readFileSync(certFile));
    if (Date.parse(certificate.validTo) - input.nowMs > 2 * RENEW_BEFORE_MS) {
      const der = createPrivateKey(readFileSync(keyFile)).export({ format: 'der', type: 'pkcs8' });
      const key = await webcrypto.subtle.importKey('pkcs8', der, EC, false, ['sign']);
      return { der: certificate.raw, key };
    }
  }
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const now = new Date(input.nowMs);
  const der = await createServerCa({ now, serial: randomBytes(16), keys });
  await writeAtomically(keyFile, await pemOfKey(keys.privateKey));
  await writeAtomically(certFile, pemOf('CERTIFICATE', der));
  return { der, key: keys.privateKey };
}

function stillGood(pem: string, names: readonly string[], nowMs: number): boolean {
  const certificate = new X509Certificate(pem);
  if (Date.parse(certificate.validTo) - nowMs < RENEW_BEFORE_MS) return false;
  return names.every(
    (name) => certificate.checkHost(name) !== undefined || certificate.checkIP(name) !== undefined,
  );
}

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  return pemOf('PRIVATE KEY', new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', key)));
}

function pemOf(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
