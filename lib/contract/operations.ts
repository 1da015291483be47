/**
 * The operations of the REST API: the one place where a request is described. Routes parse with these schemas, and
 * the OpenAPI document is printed from them.
 */
import { z } from 'zod';
import type { DeploymentPermission, Permission } from '@/lib/access/permissions';
import type { ErrorCode } from '@/lib/kernel/errors';
import { idPattern } from '@/lib/kernel/ids';
import { ACTIVITY_OPERATIONS } from './activity-operations';
import { AUDIT_OPERATIONS } from './audit-operations';
import { ENFORCEMENT_OPERATIONS } from './enforcement-operations';
import {
  certificateParams,
  cursorSchema,
  limitSchema,
  waitQuery,
  wholePageQuery,
} from './parameters';
import {
  accountSchema,
  apiClientListSchema,
  apiClientSchema,
  certificatePageSchema,
  certificateSchema,
  certificateStatusSchema,
  csrCheckSchema,
  environmentSchema,
  pendingListSchema,
  reasonSchema,
  withReceipt,
} from './views';

export const LABEL_MAX_CHARACTERS = 80;
export const MAX_CSR_BYTES = 65_536;
/** A CSR inside JSON: each of its bytes may take two characters (`\n`), and there is room for the rest. */
export const MAX_BODY_BYTES = 2 * MAX_CSR_BYTES + 8_192;

export const DOWNLOAD_FORMATS = ['pem', 'der', 'chain', 'fullchain', 'pkcs7'] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number];

const labelSchema = z
  .string()
  .trim()
  .max(LABEL_MAX_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A label has no control or invisible characters.');

export const checkBody = z.strictObject({
  csr: z.string().min(1),
  environment: environmentSchema.optional(),
});
export const issueBody = z.strictObject({
  csr: z.string().min(1),
  environment: environmentSchema,
  label: labelSchema.optional(),
});
export const labelBody = z.strictObject({ label: labelSchema.min(1) });
export const revocationBody = z.strictObject({
  reason: reasonSchema.describe(
    'keyCompromise also revokes every other live certificate of the same key, and the key is never taken again.',
  ),
});
/** How many whole days without a call a certificate may be asked to be idle before it is revoked by itself. */
export const IDLE_DAYS = { least: 1, usual: 3, most: 90 } as const;
const idleDaysSchema = z.int().min(IDLE_DAYS.least).max(IDLE_DAYS.most);
export const renewalBody = z
  .strictObject({
    csr: z.string().min(1).optional().describe('A signing request; its names are taken from it.'),
    reuseKey: z
      .literal(true)
      .optional()
      .describe('Instead of a request: the key and the names of the certificate again.'),
    revokeOldWhenIdleDays: idleDaysSchema
      .optional()
      .describe(
        'Revoke the renewed certificate by itself once the new one is in use and no call came with the old one for so many days.',
      ),
  })
  .refine(({ csr, reuseKey }) => (csr === undefined) !== (reuseKey === undefined), {
    error: 'Give either csr or reuseKey.',
    path: ['csr'],
  });
export const idleRevocationBody = z.strictObject({
  days: idleDaysSchema.nullable().describe('Null: it is not revoked by itself.'),
});
export const apiClientBody = z.strictObject({
  accountId: z.string().regex(idPattern('account')),
  environment: environmentSchema,
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(
      /^[\x21-\x39\x3b-\x7e]+$/,
      'An API client name is printable ASCII without space or colon.',
    ),
});

export const listQuery = z.strictObject({
  environment: environmentSchema.optional(),
  status: certificateStatusSchema.optional(),
  limit: limitSchema,
  cursor: cursorSchema,
});
export const pendingQuery = wholePageQuery.extend({ environment: environmentSchema.optional() });
export const apiClientQuery = pendingQuery;
export const downloadQuery = z.strictObject({ format: z.enum(DOWNLOAD_FORMATS).default('pem') });
const apiClientParams = z.strictObject({ id: z.string().regex(idPattern('apiClient')) });

export type Operation = {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /** Null: no key is needed. */
  readonly permission: Permission | DeploymentPermission | null;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Every POST takes an Idempotency-Key. `own`: the use case keeps it, with what it made; otherwise the reply is kept. */
  readonly idempotency?: 'own';
  /** The reply has an ETag, which If-None-Match is compared with. */
  readonly tagged?: true;
  /** If-Match is compared with the tag that reading has. */
  readonly conditional?: true;
  readonly reply: {
    readonly status: number;
    readonly schema: z.ZodType | null;
    readonly media?: string;
  };
  readonly errors: readonly ErrorCode[];
};

const issueErrors = [
  'plan_required',
  'csr_rejected',
  'live_limit_reached',
  'public_key_in_use',
  'ca_unavailable',
] as const;

export const OPERATIONS = {
  checkCsr: {
    id: 'checkCsr',
    method: 'POST',
    path: '/api/v1/csr-checks',
    summary: 'Check a signing request without issuing anything',
    permission: 'certificates.check',
    body: checkBody,
    reply: { status: 200, schema: csrCheckSchema },
    errors: [],
  },
  issueCertificate: {
    id: 'issueCertificate',
    method: 'POST',
    path: '/api/v1/certificates',
    summary: 'Issue a certificate for a signing request',
    permission: 'certificates.issue',
    body: issueBody,
    idempotency: 'own',
    reply: { status: 201, schema: certificateSchema },
    errors: issueErrors,
  },
  listCertificates: {
    id: 'listCertificates',
    method: 'GET',
    path: '/api/v1/certificates',
    summary: 'List certificates, newest first',
    permission: 'certificates.read',
    query: listQuery,
    reply: { status: 200, schema: certificatePageSchema },
    errors: [],
  },
  listPendingCertificates: {
    id: 'listPendingCertificates',
    method: 'GET',
    path: '/api/v1/certificates/pending',
    summary: 'List what waits for the certificate authority, oldest first',
    permission: 'certificates.read',
    query: pendingQuery,
    reply: { status: 200, schema: pendingListSchema },
    errors: [],
  },
  getCertificate: {
    id: 'getCertificate',
    method: 'GET',
    path: '/api/v1/certificates/{id}',
    summary: 'Read one certificate',
    permission: 'certificates.read',
    params: certificateParams,
    reply: { status: 200, schema: certificateSchema },
    errors: ['not_found'],
  },
  labelCertificate: {
    id: 'labelCertificate',
    method: 'PATCH',
    path: '/api/v1/certificates/{id}',
    summary: 'Change the label of a certificate',
    permission: 'certificates.label',
    params: certificateParams,
    body: labelBody,
    reply: { status: 200, schema: certificateSchema },
    errors: ['not_found'],
  },
  downloadCertificate: {
    id: 'downloadCertificate',
    method: 'GET',
    path: '/api/v1/certificates/{id}/download',
    summary: 'Download a certificate, its chain, or both',
    permission: 'certificates.read',
    params: certificateParams,
    query: downloadQuery,
    reply: { status: 200, schema: null, media: 'application/x-pem-file' },
    errors: ['not_found'],
  },
  renewCertificate: {
    id: 'renewCertificate',
    method: 'POST',
    path: '/api/v1/certificates/{id}/renewal',
    summary: 'Renew a certificate: both are live until the old one is revoked or ends',
    permission: 'certificates.issue',
    params: certificateParams,
    body: renewalBody,
    idempotency: 'own',
    reply: { status: 201, schema: certificateSchema },
    errors: [...issueErrors, 'not_found', 'certificate_not_live'],
  },
  setIdleRevocation: {
    id: 'setIdleRevocation',
    method: 'PUT',
    path: '/api/v1/certificates/{id}/idle-revocation',
    summary: 'Have a certificate revoked by itself once its renewal is in use and it is idle',
    permission: 'certificates.revoke',
    params: certificateParams,
    body: idleRevocationBody,
    reply: { status: 200, schema: certificateSchema },
    errors: ['not_found', 'certificate_not_live'],
  },
  revokeCertificate: {
    id: 'revokeCertificate',
    method: 'POST',
    path: '/api/v1/certificates/{id}/revocation',
    summary: 'Revoke a certificate; a repeat changes nothing',
    permission: 'certificates.revoke',
    params: certificateParams,
    query: waitQuery,
    body: revocationBody,
    reply: { status: 200, schema: withReceipt(certificateSchema) },
    errors: ['not_found'],
  },
  ...ACTIVITY_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...ENFORCEMENT_OPERATIONS,
  getAccount: {
    id: 'getAccount',
    method: 'GET',
    path: '/api/v1/account',
    summary: "Read the key's account",
    permission: 'account.read',
    reply: { status: 200, schema: accountSchema },
    errors: [],
  },
  listApiClients: {
    id: 'listApiClients',
    method: 'GET',
    path: '/api/v1/api-clients',
    summary: "List the account's API clients",
    permission: 'api-clients.read',
    query: apiClientQuery,
    reply: { status: 200, schema: apiClientListSchema },
    errors: [],
  },
  createApiClient: {
    id: 'createApiClient',
    method: 'POST',
    path: '/api/v1/operator/api-clients',
    summary: 'Give an account an API client (operator keys)',
    permission: 'deployment.manage',
    body: apiClientBody,
    reply: { status: 201, schema: apiClientSchema },
    errors: ['name_taken', 'not_found'],
  },
  disableApiClient: {
    id: 'disableApiClient',
    method: 'DELETE',
    path: '/api/v1/operator/api-clients/{id}',
    summary: 'Disable an API client (operator keys); a repeat changes nothing',
    permission: 'deployment.manage',
    params: apiClientParams,
    reply: { status: 200, schema: apiClientSchema },
    errors: ['not_found'],
  },
  getOpenApi: {
    id: 'getOpenApi',
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This description, as OpenAPI 3.1',
    permission: null,
    tagged: true,
    reply: { status: 200, schema: z.looseObject({ openapi: z.string() }) },
    errors: [],
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;
