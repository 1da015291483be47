/**
 * First start and every later one: the deployment's secrets are made once, under a lock, and opened with the portal's
 * passphrase by every portal on the same database.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment as DeploymentRow } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import type { Environment } from '@/lib/kernel/environments';
import type { ApiLimits } from '@/lib/platform/api-env';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import {
  type Deployment,
  type DeploymentSso,
  type SessionLimits,
  setDeployment,
} from '@/lib/platform/deployment';
import { newSecret } from '@/lib/platform/random';
import type { Signer } from '@/lib/signer/port';
import { openSecret, type SealingKey, sealingKeyFrom, sealSecret } from '@/lib/signer/sealed-key';
import { type AuditKey, openAuditKey } from './audit-key';

// pg_advisory_xact_lock: of several portals that start at once on an empty database, one makes the secrets.
const FIRST_START_LOCK = 7_265_420n;
const CHECK_TEXT = 'countersign';

export type DeploymentSettings = {
  dataDir: string;
  publicUrl: string;
  providerName: string;
  pkiUrl: string;
  /** PORTAL_PASSPHRASE; null: a generated one in the data directory. */
  portalPassphrase: string | null;
  edges: Record<Environment, { mtlsUrl: string; standardUrl: string } | null>;
  serverCaFiles: Record<Environment, string | null>;
  mailsShown: 'yes' | 'no';
  apiLimits: ApiLimits;
  sessionLimits: SessionLimits;
  /** SSO_ISSUER and its like; null: none. */
  sso: DeploymentSso | null;
};

/** A fault of the installation, said in one line for whoever starts the portal. */
export class StartError extends Error {}

/** @throws StartError when the passphrase is not the one this database was made with */
export async function openDeployment(
  settings: DeploymentSettings,
  signer: Signer,
): Promise<{ firstStart: boolean }> {
  const passphrase = passphraseOf(settings);
  const scope = systemScope('start-up', 'start-up');
  const { row, firstStart } = await acrossAccounts(scope, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_START_LOCK})`;
    const existing = await tx.deployment.findUnique({ where: { id: 1 } });
    if (existing) return { row: existing, firstStart: false };
    return { row: await firstStartOf(tx, settings, passphrase), firstStart: true };
  });
  const sealingKey = await sealingKeyFrom(passphrase, row.sealSalt);
  const open = (sealed: string) => openSecret(sealed, sealingKey);
  if (!sealedBy(row, open)) {
    throw new StartError(
      settings.portalPassphrase === null
        ? 'This database was set up with another passphrase than the one generated here. Set PORTAL_PASSPHRASE to the one of the portal that was started first.'
        : 'PORTAL_PASSPHRASE is not the one this database was set up with. Set it to that one.',
    );
  }
  const secrets = {
    seal: (plain: string) => sealSecret(Buffer.from(plain), sealingKey),
    open: (sealed: string) => Buffer.from(open(sealed)).toString('utf8'),
  };
  const audit = await openAuditKey(scope, row, { open, seal: sealWith(sealingKey) });
  setDeployment({ ...opened(settings, row, open, signer), ...secrets, ...audit });
  return { firstStart };
}

function opened(
  settings: DeploymentSettings,
  row: DeploymentRow,
  open: (sealed: string) => Uint8Array,
  signer: Signer,
): Omit<Deployment, 'seal' | 'open' | keyof AuditKey> {
  return {
    providerName: row.providerName,
    publicUrl: settings.publicUrl,
    pkiUrl: settings.pkiUrl,
    dataDir: settings.dataDir,
    authSecret: Buffer.from(open(row.authSecret)).toString('utf8'),
    snapshotKey: createPrivateKey({
      key: Buffer.from(open(row.snapshotKey)),
      format: 'der',
      type: 'pkcs8',
    }),
    snapshotPublicKeyDer: row.snapshotPublicKey,
    nameKey: open(row.nameKey),
    signer,
    edges: settings.edges,
    serverCaFiles: settings.serverCaFiles,
    mailsShown: settings.mailsShown,
    apiLimits: settings.apiLimits,
    sessionLimits: settings.sessionLimits,
    sso: settings.sso,
  };
}

async function firstStartOf(
  tx: Tx,
  settings: DeploymentSettings,
  passphrase: string,
): Promise<DeploymentRow> {
  const now = currentTime();
  const sealSalt = new Uint8Array(randomBytes(16));
  const sealingKey = await sealingKeyFrom(passphrase, sealSalt);
  const seal = sealWith(sealingKey);
  const snapshot = generateKeyPairSync('ed25519');
  return tx.deployment.create({
    data: {
      providerName: settings.providerName,
      sealSalt,
      sealCheck: seal(CHECK_TEXT),
      authSecret: seal(newSecret()),
      snapshotKey: seal(snapshot.privateKey.export({ format: 'der', type: 'pkcs8' })),
      snapshotPublicKey: new Uint8Array(
        createPublicKey(snapshot.privateKey).export({ format: 'der', type: 'spki' }),
      ),
      nameKey: seal(randomBytes(32)),
      createdAt: now,
    },
  });
}

function sealWith(key: SealingKey): (plain: string | Uint8Array) => string {
  return (plain) => sealSecret(Buffer.from(plain), key);
}

function sealedBy(row: DeploymentRow, open: (sealed: string) => Uint8Array): boolean {
  try {
    return Buffer.from(open(row.sealCheck)).toString('utf8') === CHECK_TEXT;
  } catch {
    return false;
  }
}

function passphraseOf(settings: DeploymentSettings): string {
  if (settings.portalPassphrase !== null) return settings.portalPassphrase;
  const path = join(settings.dataDir, 'portal-passphrase');
  if (!existsSync(path)) writeFileSync(path, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
