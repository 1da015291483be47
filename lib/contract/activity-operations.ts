/** The part of the operations table that tells what edges saw of an account's calls. */
import { z } from 'zod';
import { idPattern } from '@/lib/kernel/ids';
import { connectionsSchema, refusalCodeSchema, refusalPageSchema, trafficSchema } from './activity';
import type { Operation } from './operations';
import {
  certificateParams,
  cursorSchema,
  environmentParams,
  limitSchema,
  wholePageQuery,
} from './parameters';
import { environmentSchema } from './views';

export const refusalQuery = z.strictObject({
  environment: environmentSchema.optional(),
  code: refusalCodeSchema.optional(),
  certificate: z.string().regex(idPattern('certificate')).optional(),
  apiClient: z.string().regex(idPattern('apiClient')).optional(),
  limit: limitSchema,
  cursor: cursorSchema,
});

export const ACTIVITY_OPERATIONS = {
  getCertificateTraffic: {
    id: 'getCertificateTraffic',
    method: 'GET',
    path: '/api/v1/certificates/{id}/traffic',
    summary: 'Read how a certificate is used',
    permission: 'activity.read',
    params: certificateParams,
    reply: { status: 200, schema: trafficSchema },
    errors: ['not_found'],
  },
  listApiClientConnections: {
    id: 'listApiClientConnections',
    method: 'GET',
    path: '/api/v1/activity/connections/{environment}',
    summary: 'List how each API client connects',
    permission: 'activity.read',
    params: environmentParams,
    query: wholePageQuery,
    reply: { status: 200, schema: connectionsSchema },
    errors: ['not_found'],
  },
  listRefusals: {
    id: 'listRefusals',
    method: 'GET',
    path: '/api/v1/activity/refusals',
    summary: 'List refused calls, newest first',
    permission: 'activity.read',
    query: refusalQuery,
    reply: { status: 200, schema: refusalPageSchema },
    errors: [],
  },
} as const satisfies Record<string, Operation>;
