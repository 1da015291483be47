/**
 * What edges saw of an account's calls, as replies. Numbers come from counts by the hour, so a window starts at a full
 * hour; a call without a certificate counts as the account's own only where the API took its password.
 */
import { z } from 'zod';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { environmentSchema } from './views';

const instant = z.iso.datetime({ precision: 3 });
const calls = z.int().min(0);
const listener = z.enum(['mtls', 'standard']);

const refusalCodes = Object.keys(REFUSALS).filter((code): code is RefusalCode => code in REFUSALS);
export const refusalCodeSchema = z.enum(refusalCodes);

export const refusedCallSchema = z.strictObject({
  id: z.string(),
  at: instant,
  environment: environmentSchema,
  listener,
  code: refusalCodeSchema,
  title: z.string(),
  whatHappened: z.string(),
  whatToDo: z.string(),
  requestId: z.string(),
  certificateId: z.string().nullable(),
  certificateLabel: z.string().nullable(),
  fingerprint: z.string().nullable().describe('SHA-256 of the certificate that was presented.'),
  apiClientId: z.string().nullable(),
  apiClientName: z.string().nullable(),
  sourceAddress: z.string(),
  userAgent: z.string().nullable(),
});
export type RefusedCallView = z.infer<typeof refusedCallSchema>;

export const refusalPageSchema = z.strictObject({
  items: z.array(refusedCallSchema),
  nextCursor: z.string().nullable(),
});
export type RefusalPage = z.infer<typeof refusalPageSchema>;

const windows = z.strictObject({
  day: calls.describe('In the last 24 hours.'),
  week: calls.describe('In the last 7 days.'),
  month: calls.describe('In the last 30 days.'),
});

export const trafficSchema = z.strictObject({
  certificateId: z.string(),
  environment: environmentSchema,
  firstSeenAt: instant.nullable(),
  lastSeenAt: instant.nullable(),
  passed: windows,
  refused: windows,
  share: z
    .strictObject({
      calls: calls.describe('Of this certificate.'),
      ofCalls: calls.describe('Of the account in this environment, with and without certificate.'),
      others: z.array(z.strictObject({ certificateId: z.string(), label: z.string(), calls })),
      withoutCertificate: calls.describe('At the standard host, taken by the API.'),
    })
    .describe('Calls that passed in the last 7 days; those that prove nothing are left out.'),
  days: z
    .array(z.strictObject({ date: z.iso.date(), passed: calls, refused: calls }))
    .describe('The last 30 days (UTC), oldest first, today included.'),
  apiClients: z
    .array(
      z.strictObject({
        id: z.string().nullable(),
        name: z.string().nullable().describe('Null: the API client is not of this account.'),
        calls,
        lastAt: instant,
      }),
    )
    .describe('Whose calls with it passed in the last 30 days, the busiest first; at most 20.'),
  networks: z
    .array(
      z.strictObject({
        network: z.string().describe('/24 of IPv4, /48 of IPv6, or `other`.'),
        calls,
        lastAt: instant,
        userAgents: z.array(z.string()).describe('At most 3, the busiest first.'),
      }),
    )
    .describe('From where they came, the busiest first; at most 20.'),
});
export type CertificateTrafficView = z.infer<typeof trafficSchema>;

const way = z.strictObject({ calls, lastAt: instant.nullable() });

export const CONNECTS = ['mtls', 'both', 'standard', 'nothing'] as const;

export const connectionSchema = z.strictObject({
  apiClient: z.strictObject({
    id: z.string(),
    name: z.string(),
    disabledAt: instant.nullable(),
  }),
  connects: z
    .enum(CONNECTS)
    .describe('By calls that passed and are known to be its own; `nothing` when there were none.'),
  mtls: way.describe('With a certificate of the account.'),
  standard: way.describe('Without, and the API took the password.'),
  unproved: way.describe(
    'Without, and nothing shows that it was the account: anybody can name it.',
  ),
  refused: way.describe('Refused by an edge.'),
  lastSeenAt: instant
    .nullable()
    .describe('Its newest call that passed and is known to be its own.'),
  userAgents: z.array(
    z.strictObject({
      userAgent: z.string(),
      listener,
      proved: z.boolean(),
      calls,
      lastAt: instant,
    }),
  ),
  networks: z.array(
    z.strictObject({ network: z.string(), listener, proved: z.boolean(), calls, lastAt: instant }),
  ),
});
export type ConnectionView = z.infer<typeof connectionSchema>;

export const connectionsSchema = z.strictObject({
  environment: environmentSchema,
  days: z.int(),
  since: instant,
  items: z.array(connectionSchema),
  nextCursor: z.string().nullable(),
});
export type ConnectionsView = z.infer<typeof connectionsSchema>;

/** Calls of one kind that passed, for the page of activity. */
export type PassedCallsView = {
  environment: z.infer<typeof environmentSchema>;
  listener: z.infer<typeof listener>;
  proved: boolean;
  certificate: { id: string; label: string } | null;
  apiClient: { id: string; name: string } | null;
  calls: number;
  firstAt: string;
  lastAt: string;
  networks: string[];
  userAgents: string[];
};

/** The calls of one environment in the last seven days, for the overview. */
export type CallsLatelyView = {
  environment: z.infer<typeof environmentSchema>;
  days: number;
  /** Passed, with a certificate. */
  mtls: number;
  /** Passed without one, and the API took the password. */
  standard: number;
  refused: number;
  /** By the hour (UTC), oldest first, none left out. */
  points: { at: string; passed: number; refused: number }[];
};
