/** What portal, signer and edge tell the process that started them, over the IPC channel. */
import { z } from 'zod';
import { ENVIRONMENTS } from '@/lib/kernel/environments';

const DemoAccount = z.object({
  apiKey: z.string(),
  users: z.array(z.object({ email: z.string(), password: z.string(), role: z.string() })),
  apiClients: z.array(
    z.object({ environment: z.enum(ENVIRONMENTS), username: z.string(), password: z.string() }),
  ),
});

/** Sign-ins and keys of the demo, kept by the portal in a file of its own. */
export const DemoCredentials = DemoAccount.extend({ secondAccount: DemoAccount });
export type DemoCredentials = z.infer<typeof DemoCredentials>;

/** Why a process could not start, in one line for whoever started it. */
export const StartFailure = z.object({ error: z.string() });

export const PortalReady = z.object({
  ready: z.literal(true),
  /** Whether the CA was made just now. */
  firstStart: z.boolean(),
  /** Null: no demo, or its secrets are kept in the data directory of another portal. */
  demo: DemoCredentials.nullable(),
});
export type PortalReady = z.infer<typeof PortalReady>;

export const SignerReady = z.object({ ready: z.literal(true) });
export type SignerReady = z.infer<typeof SignerReady>;

export const EdgeReady = z.object({ ready: z.literal(true) });
export type EdgeReady = z.infer<typeof EdgeReady>;
