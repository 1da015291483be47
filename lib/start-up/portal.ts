/** Everything a portal has before it takes a request, in order; and how it is put down again. */

import { join } from 'node:path';
import { decisionFeed } from '@/lib/activity/decision-feed';
import { LEASE_MS } from '@/lib/certificates/intents';
import { recoverIntents } from '@/lib/certificates/recover';
import { startMailSender } from '@/lib/mail/sender';
import { closeDatabase, openDatabase } from '@/lib/platform/database';
import type { PortalEnv } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { openMailer } from '@/lib/platform/mailer';
import { migrate } from '@/lib/platform/migrate';
import { publisher } from '@/lib/publishing/publisher';
import { seedDemo } from './demo';
import { type DeploymentSettings, openDeployment, StartError } from './deployment';

export type PortalSettings = DeploymentSettings & {
  /** The folder with prisma/migrations. */
  root: string;
  databaseUrl: string | null;
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
  const { dataDir, databaseUrl, publicUrl, providerName, caPassphrase } = env;
  const { edges, serverCaFiles, mail, apiRequestsPerMinute } = env;
  return {
    ...given,
    dataDir,
    databaseUrl,
    publicUrl,
    providerName,
    caPassphrase,
    edges,
    serverCaFiles,
    mail,
    mailsShown: env.demo ? 'yes' : 'no',
    apiRequestsPerMinute,
  };
}

export type StartedPortal = {
  firstStart: boolean;
  stop(): Promise<void>;
};

/** @throws StartError in one line for whoever starts it */
export async function startPortal(settings: PortalSettings): Promise<StartedPortal> {
  await openDatabase({ url: settings.databaseUrl, dataDir: settings.dataDir });
  try {
    await migrate(settings.root);
    const { firstStart } = await openDeployment(settings);
    if (settings.demo === 'yes') await seedDemo(settings.dataDir);
    publisher().start();
    decisionFeed().start();
    const recovery = recoverEvery(LEASE_MS);
    const mails = mailSender(settings);
    return {
      firstStart,
      async stop() {
        clearInterval(recovery);
        await mails?.stop();
        await decisionFeed().stop();
        await publisher().stop();
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

function recoverEvery(milliseconds: number): NodeJS.Timeout {
  const recover = () => {
    recoverIntents().catch((error: unknown) =>
      log().warn({ err: error }, 'pending intents could not be looked through; trying again'),
    );
  };
  recover();
  return setInterval(recover, milliseconds / 2);
}

function mailSender({ mail, dataDir, publicUrl, providerName }: PortalSettings) {
  if (mail === null) return null;
  const mailer = openMailer({ ...mail, outbox: join(dataDir, 'outbox') });
  return startMailSender({ mailer, place: { publicUrl, providerName } });
}
