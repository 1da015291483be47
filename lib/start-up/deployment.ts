/**
 * First start and every later one: the deployment's secrets and its CA are made once, under a lock, and opened with
 * the CA passphrase by every portal on the same database.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment as DeploymentRow } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { type Deployment, type KnownIssuer, setDeployment } from '@/lib/platform/deployment';
import { newId, newSecret } from '@/lib/platform/random';
import { createAuthority } from '@/lib/signer/ceremony';
import { inProcessSigner } from '@/lib/signer/in-process';
import { openSecret, type SealingKey, sealingKeyFrom, sealSecret } from '@/lib/signer/sealed-key';

// pg_advisory_xact_lock: of several portals that start at once on an empty database, one makes the CA.
const FIRST_START_LOCK = 7_265_420n;
const CHECK_TEXT = 'countersign';

export type DeploymentSettings = {
  dataDir: string;
  publicUrl: string;
  providerName: string;
  /** CA_PASSPHRASE; null: a generated one in the data directory. */
  caPassphrase: string | null;
  edges: Record<Environment, { mtlsUrl: string; standardUrl: string } | null>;
  serverCaFiles: Record<Environment, string | null>;
  mailsShown: 'yes' | 'no';
  apiRequestsPerMinute: number;
};

/** A fault of the installation, said in one line for whoever starts the portal. */
export class StartError extends Error {}

/** @throws StartError when the passphrase is not the one this database was made with */
export async function openDeployment(
  settings: DeploymentSettings,
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
      settings.caPassphrase === null
        ? 'This database was set up with another CA passphrase than the one generated here. Set CA_PASSPHRASE to the one of the portal that was started first.'
        : 'CA_PASSPHRASE is not the one this database was set up with. Set it to that one.',
    );
  }
  setDeployment(await opened(settings, row, open, sealingKey));
  return { firstStart };
}

async function opened(
  settings: DeploymentSettings,
  row: DeploymentRow,
  open: (sealed: string) => Uint8Array,
  sealingKey: SealingKey,
): Promise<Deployment> {
  const issuers = await acrossAccounts(systemScope('start-up', 'start-up'), (tx) =>
    tx.issuer.findMany({ where: { kind: 'issuing' }, include: { key: true } }),
  );
  const signer = await inProcessSigner({
    sealingKey,
    issuers: issuers.flatMap((issuer) =>
      issuer.key
        ? [
            {
              issuerId: issuer.id,
              certificateDer: issuer.certificateDer,
              sealedKey: issuer.key.sealedKey,
            },
          ]
        : [],
    ),
  });
  return {
    providerName: row.providerName,
    publicUrl: settings.publicUrl,
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
    issuers: { production: issuerOf(issuers, 'production'), sandbox: issuerOf(issuers, 'sandbox') },
    edges: settings.edges,
    serverCaFiles: settings.serverCaFiles,
    mailsShown: settings.mailsShown,
    apiRequestsPerMinute: settings.apiRequestsPerMinute,
  };
}

function issuerOf(
  issuers: readonly { id: string; environment: string | null; certificateDer: Uint8Array }[],
  environment: Environment,
): KnownIssuer {
  const issuer = issuers.find((one) => one.environment === environment);
  if (!issuer) throw new StartError(`This database has no issuing CA for ${environment}.`);
  return { id: issuer.id, certificateDer: issuer.certificateDer };
}

async function firstStartOf(
  tx: Tx,
  settings: DeploymentSettings,
  passphrase: string,
): Promise<DeploymentRow> {
  const now = currentTime();
  const sealSalt = new Uint8Array(randomBytes(16));
  const sealingKey = await sealingKeyFrom(passphrase, sealSalt);
  const seal = (plain: string | Uint8Array) => sealSecret(Buffer.from(plain), sealingKey);
  const snapshot = generateKeyPairSync('ed25519');
  const row = await tx.deployment.create({
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
  await createIssuers(tx, settings, sealingKey, now);
  return row;
}

async function createIssuers(
  tx: Tx,
  settings: DeploymentSettings,
  sealingKey: SealingKey,
  now: Date,
): Promise<void> {
  const authority = await createAuthority({
    providerName: settings.providerName,
    environments: ENVIRONMENTS,
    now,
    sealingKey,
  });
  const rootId = newId('issuer');
  const { root } = authority;
  const all = [
    { ...root, id: rootId, kind: 'root', environment: null, parentId: null },
    ...authority.issuing.map((issuing) => ({
      ...issuing,
      id: newId('issuer'),
      kind: 'issuing',
      parentId: rootId,
    })),
  ];
  for (const {
    id,
    kind,
    environment,
    parentId,
    name,
    certificateDer,
    notAfter,
    sealedKey,
  } of all) {
    await tx.issuer.create({
      data: {
        id,
        kind,
        environment,
        parentId,
        name,
        certificateDer: new Uint8Array(certificateDer),
        notAfter,
        createdAt: now,
        key: { create: { sealedKey } },
      },
    });
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: { kind: 'system', id: 'start-up', name: 'start-up' },
      requestId: 'start-up',
      action: 'issuer.created',
      object: { kind: 'issuer', id },
      detail: { name, kind, environment },
    });
  }
}

function sealedBy(row: DeploymentRow, open: (sealed: string) => Uint8Array): boolean {
  try {
    return Buffer.from(open(row.sealCheck)).toString('utf8') === CHECK_TEXT;
  } catch {
    return false;
  }
}

function passphraseOf(settings: DeploymentSettings): string {
  if (settings.caPassphrase !== null) return settings.caPassphrase;
  const path = join(settings.dataDir, 'ca-passphrase');
  if (!existsSync(path)) writeFileSync(path, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
