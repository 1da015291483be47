/**
 * The signer's process: holds the CA keys, answers on its socket and nowhere else. Started as root it opens key, log and
 * socket, then becomes a user of its own.
 */
import { chmodSync, lchownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { SECOND_MS } from '@/lib/kernel/time';
import { committedIntents } from '@/lib/platform/committed-intents';
import { armFailpoint, failpoint } from '@/lib/platform/failpoint';
import { tryLockFile } from '@/lib/platform/file-lock';
import { log } from '@/lib/platform/log';
import { type SignerEnv, signerEnv } from '@/lib/platform/signer-env';
import { assertOwnFolder } from '@/lib/platform/socket-place';
import { type TokenEnv, tokenEnv } from '@/lib/platform/token-env';
import { ensureAuthority } from '@/lib/signer/first-authority';
import { type FolderSigner, openFolderSigner } from '@/lib/signer/folder-signer';
import { folderSealingKey } from '@/lib/signer/key-folder';
import { openToken } from '@/lib/signer/pkcs11';
import { signerServer } from '@/lib/signer/socket-server';
import { tokenPackages } from '@/lib/signer/token-connection';
import { startTraces } from '@/lib/telemetry/start';

const LOOK_EVERY_MS = SECOND_MS;
const STOP_WITHIN_MS = 5 * SECOND_MS;

async function main(): Promise<void> {
  process.umask(0o077);
  const env = signerEnv(process.env);
  const tokenSettings = tokenEnv(process.env);
  armFailpoint(process.env);
  // A child of ours must not inherit them, and neither must a dump of the environment show them.
  for (const name of ['CA_PASSPHRASE', 'SIGNER_SECRET', 'PKCS11_PIN']) delete process.env[name];
  // A token's library and its connections belong to who opened them, so it is opened by whom the signer becomes; what
  // else it needs is loaded before, since that user may not be able to read the program.
  const early = tokenSettings === null ? null : env.user;
  if (tokenSettings) tokenPackages();
  const traces = await startTraces({
    service: 'countersign-signer',
    env: process.env,
    onTrouble: (line) => log().warn(line),
  });
  ownFolder(env);
  lockFolder(env.folder);
  if (early) {
    giveSocketFolder(socketFolder(env), early);
    become(early, env.folder);
  }
  const opened = await open(env, tokenSettings);
  const intents = env.databaseUrl === null ? null : committedIntents(env.databaseUrl);
  const server = signerServer({
    signer: opened.signer,
    secret: env.secret,
    readIntent: intents?.read ?? null,
    onFault: (error) => log().error({ err: error }, 'the signer could not do what it was asked'),
  });
  await listen(server, env);
  if (env.user && !early) become(env.user, env.folder);
  const looking = lookForNewIssuers(opened);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    clearInterval(looking);
    const closed = new Promise((done) => server.close(done));
    server.closeIdleConnections();
    await closed;
    await opened.close();
    await intents?.close();
    await traces.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.send?.({ ready: true });
}

function ownFolder({ folder, user }: SignerEnv): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  assertOwnFolder(folder, ownersOf(user));
}

/** Two signers would write one log, and break its chain; the kernel lets go when this process ends, however it ends. */
function lockFolder(folder: string): void {
  if (tryLockFile(join(folder, 'lock')) !== null) return;
  throw new Error(`another signer has the folder ${folder}. Stop that one, or set SIGNER_DIR.`);
}

async function open(env: SignerEnv, settings: TokenEnv | null): Promise<FolderSigner> {
  const { folder, pkiUrl } = env;
  const now = () => new Date();
  const sealingKey = await folderSealingKey(folder, env.passphrase);
  const token = settings && (await openToken(settings));
  if (env.firstAuthorityFor !== null) {
    const providerName = env.firstAuthorityFor;
    await ensureAuthority({ folder, sealingKey, token, providerName, pkiUrl, now: now() });
  }
  const { maxPerMinute } = env;
  const openTokenKey = token?.openKey ?? null;
  return openFolderSigner({
    ...{ folder, sealingKey, openTokenKey, pkiUrl, now, maxPerMinute },
    reached: failpoint,
  });
}

async function listen(server: Server, env: SignerEnv): Promise<void> {
  const { socket, user } = env;
  const folder = socketFolder(env);
  // Whoever may write into this folder is the signer or root, so what lies there is a leftover.
  rmSync(socket, { force: true });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(socket, done);
  });
  chmodSync(socket, 0o660);
  if (!user) return;
  lchownSync(socket, user.uid, user.socketGid);
  giveSocketFolder(folder, user);
}

function socketFolder({ socket, user }: SignerEnv): string {
  const folder = dirname(socket);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  assertOwnFolder(folder, ownersOf(user));
  return folder;
}

function giveSocketFolder(folder: string, user: NonNullable<SignerEnv['user']>): void {
  lchownSync(folder, user.uid, user.socketGid);
  chmodSync(folder, 0o750);
}

function ownersOf(user: SignerEnv['user']): number[] {
  const self = process.getuid?.() ?? 0;
  return user ? [self, user.uid] : [self];
}

function become({ uid, gid, socketGid }: NonNullable<SignerEnv['user']>, folder: string): void {
  lchownSync(folder, uid, gid);
  for (const name of readdirSync(folder)) lchownSync(join(folder, name), uid, gid);
  process.setgroups?.(socketGid === gid ? [] : [socketGid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** A rollover adds files; nobody should have to stop the signer for it. */
function lookForNewIssuers(opened: FolderSigner): NodeJS.Timeout {
  let said = '';
  return setInterval(() => {
    opened.refresh().catch((error: unknown) => {
      const words =
        Object(error).code === 'EACCES'
          ? 'the signer cannot pass to its folder any more: a CA that is added is noticed when it is started again'
          : String(Object(error).message ?? error);
      if (words !== said) log().error(words);
      said = words;
    });
  }, LOOK_EVERY_MS);
}

main().catch((error: unknown) => {
  const line = error instanceof Error ? error.message : String(error);
  if (process.send)
    process.send({ error: `The signer could not start: ${line}` }, () => process.exit(1));
  else {
    process.stderr.write(`${line}\n`);
    process.exit(1);
  }
});
