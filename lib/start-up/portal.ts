/** Everything a portal has before it takes a request, in order; and how it is put down again. */

import { join } from 'node:path';
import { decisionFeed } from '@/lib/activity/decision-feed';
import { startRetention } from '@/lib/activity/retention';
import { forgetKeptReplies } from '@/lib/api-access/retention';
import { makeCheckpoints } from '@/lib/audit/checkpoint';
import { recoverIntents } from '@/lib/certificates/recover';
import { revokeIdle } from '@/lib/certificates/revoke-idle';
import { sweepEnforcement } from '@/lib/enforcement/sweep';
import { observedSigner } from '@/lib/health/observe';
import { issuerBook } from '@/lib/issuers/book';
import { HOUR_MS, SECOND_MS } from '@/lib/kernel/time';
import { openKnownWeakKeys } from '@/lib/key-policy/known-weak';
import { startMailSender } from '@/lib/mail/sender';
import { closeDatabase, openDatabase } from '@/lib/platform/database';
import type { PortalEnv } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { openMailer } from '@/lib/platform/mailer';
import { migrate } from '@/lib/platform/migrate';
import { publisher } from '@/lib/publishing/publisher';
import { revocationLists } from '@/lib/revocation/lists';
import { sweepActs } from '@/lib/support-acts/carry-out';
import { seedDemo } from './demo';
import { type DeploymentSettings, openDeployment, StartError } from './deployment';
import { openSigner, type SignerSettings, signerSettings } from './signer';

export type PortalSettings = DeploymentSettings & {
  signer: SignerSettings;
  /** The folder with prisma/migrations. */
  root: string;
  databaseUrl: string | null;
  /** WEAK_KEYS_FILE; null: no list. */
  weakKeysFile: string | null;
  /** ACTIVITY_RETENTION_DAYS. */
  activityRetentionDays: number;
  /** Null: none are delivered by this process. */
  mail: PortalEnv['mail'] | null;
  /** `yes`: seed the demo, or refuse to start where there are other accounts. */
  demo: 'no' | 'yes';
};

/** From the environment, for whatever starts a portal in `root`. */
export function portalSettings(
  env: PortalEnv,
  given: { root: string; demo: 'no' | 'yes' },
): PortalSettings {
  const { dataDir, databaseUrl, publicUrl, pkiUrl, providerName, portalPassphrase } = env;
  const { edges, serverCaFiles, mail, apiLimits, sessionLimits, sso } = env;
  return {
    ...given,
    dataDir,
    databaseUrl,
    publicUrl,
    pkiUrl,
    providerName,
    portalPassphrase,
    signer: signerSettings(env),
    edges,
    serverCaFiles,
    mail,
    mailsShown: env.demo ? 'yes' : 'no',
    apiLimits,
    sessionLimits,
    sso,
    weakKeysFile: env.weakKeysFile,
    activityRetentionDays: env.activityRetentionDays,
  };
}

// What the signer could not sign while it was away is signed within seconds of its return.
const RECOVER_EVERY_MS = 2 * SECOND_MS;
const REVOKE_IDLE_EVERY_MS = 30 * SECOND_MS;
/** So often it is looked whether a checkpoint is due; one is made a minute. */
const CHECKPOINT_EVERY_MS = 5 * SECOND_MS;
/** Edges revert a trial alone; people are told of it so much later at most. */
const SWEEP_EVERY_MS = 2 * SECOND_MS;

export type StartedPortal = {
  firstStart: boolean;
  stop(): Promise<void>;
};

/** @throws StartError in one line for whoever starts it */
export async function startPortal(settings: PortalSettings): Promise<StartedPortal> {
  await openDatabase({ url: settings.databaseUrl, dataDir: settings.dataDir });
  try {
    await migrate(settings.root);
    const weakKeys = await openKnownWeakKeys(settings.weakKeysFile);
    const { signer, closeSigner } = await openSigner(settings);
    const { firstStart } = await openDeployment(settings, observedSigner(signer));
    await issuerBook().refresh();
    issuerBook().start();
    revocationLists().start();
    if (settings.demo === 'yes') await seedDemo(settings.dataDir);
    publisher().start();
    decisionFeed().start();
    const retention = startRetention(settings.activityRetentionDays);
    const regular = [
      regularly(RECOVER_EVERY_MS, 'pending intents', recoverIntents),
      regularly(REVOKE_IDLE_EVERY_MS, 'idle certificates', revokeIdle),
      regularly(CHECKPOINT_EVERY_MS, 'checkpoints of the audit trail', makeCheckpoints),
      regularly(SWEEP_EVERY_MS, 'policies', sweepEnforcement),
      regularly(HOUR_MS, 'kept replies', forgetKeptReplies),
      regularly(SWEEP_EVERY_MS, 'acts of support', sweepActs),
    ];
    const mails = mailSender(settings);
    return {
      firstStart,
      async stop() {
        await retention.stop();
        await Promise.all(regular.map((one) => one.stop()));
        await mails?.stop();
        await decisionFeed().stop();
        await publisher().stop();
        await revocationLists().stop();
        await issuerBook().stop();
        await closeSigner();
        await weakKeys.close();
        await closeDatabase();
      },
    };
  } catch (error) {
    await closeDatabase().catch(() => undefined);
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The portal could not be started: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Again and again until it is stopped; the next turn waits for the one before. */
function regularly(
  everyMs: number,
  what: string,
  work: () => Promise<unknown>,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> = Promise.resolve();
  const turn = (): void => {
    working = work()
      .catch((error: unknown) =>
        log().warn({ err: error }, `${what} could not be looked through; trying again`),
      )
      .then(() => {
        if (!stopped) timer = setTimeout(turn, everyMs);
      });
  };
  turn();
  return {
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await working;
    },
  };
}

function mailSender({ mail, dataDir, publicUrl, providerName }: PortalSettings) {
  if (mail === null) return null;
  const mailer = openMailer({ ...mail, outbox: join(dataDir, 'outbox') });
  return startMailSender({ mailer, place: { publicUrl, providerName } });
}
