/** The part of the operations table that gives the audit trail. */
import { auditExportQuery, auditPageSchema, auditQuery } from './audit';
import type { Operation } from './operations';

export const AUDIT_OPERATIONS = {
  listAuditEvents: {
    id: 'listAuditEvents',
    method: 'GET',
    path: '/api/v1/audit-events',
    summary: 'List changes of the account, newest first, each with its hash',
    permission: 'activity.read',
    query: auditQuery,
    reply: { status: 200, schema: auditPageSchema },
    errors: [],
  },
  exportAuditEvents: {
    id: 'exportAuditEvents',
    method: 'GET',
    path: '/api/v1/audit-events/export',
    summary: 'Export changes, oldest first, under a signed head that can be checked offline',
    permission: 'audit.export',
    query: auditExportQuery,
    reply: { status: 200, schema: null, media: 'application/x-ndjson' },
    errors: [],
  },
} as const satisfies Record<string, Operation>;
