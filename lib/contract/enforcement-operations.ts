/** The part of the operations table that is about enforcement. */
import { enforcementBody } from './enforcement';
import type { Operation } from './operations';
import { environmentParams, waitQuery } from './parameters';
import { enforcementSchema, readinessSchema, withReceipt } from './views';

export const ENFORCEMENT_OPERATIONS = {
  getEnforcement: {
    id: 'getEnforcement',
    method: 'GET',
    path: '/api/v1/enforcement/{environment}',
    summary: 'Read whether mTLS is enforced',
    permission: 'enforcement.read',
    params: environmentParams,
    tagged: true,
    reply: { status: 200, schema: enforcementSchema },
    errors: ['not_found'],
  },
  setEnforcement: {
    id: 'setEnforcement',
    method: 'PUT',
    path: '/api/v1/enforcement/{environment}',
    summary: 'Set the mode; enforcement starts on trial. The same mode again changes nothing',
    permission: 'enforcement.change',
    params: environmentParams,
    query: waitQuery,
    body: enforcementBody,
    conditional: true,
    reply: { status: 200, schema: withReceipt(enforcementSchema) },
    errors: [
      'plan_required',
      'not_found',
      'no_live_certificate',
      'no_recent_mtls_call',
      'precondition_failed',
    ],
  },
  confirmEnforcement: {
    id: 'confirmEnforcement',
    method: 'POST',
    path: '/api/v1/enforcement/{environment}/confirmation',
    summary: 'Make a trial of enforcement lasting, once a call with a certificate passed under it',
    permission: 'enforcement.change',
    params: environmentParams,
    reply: { status: 200, schema: enforcementSchema },
    errors: ['plan_required', 'not_found', 'no_trial', 'trial_unproved'],
  },
  getReadiness: {
    id: 'getReadiness',
    method: 'GET',
    path: '/api/v1/enforcement/{environment}/readiness',
    summary: 'Read from the calls of the last days what enforcement would refuse',
    permission: 'enforcement.read',
    params: environmentParams,
    reply: { status: 200, schema: readinessSchema },
    errors: ['not_found'],
  },
} as const satisfies Record<string, Operation>;
