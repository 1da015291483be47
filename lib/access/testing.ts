/** One row for every operation of the REST API and every act behind a form: what the matrix test does as everybody. */
import { askForManageMtls } from '@/lib/accounts/ask';
import { invite, listInvitations, withdrawInvitation } from '@/lib/accounts/invitations';
import { changeMember, listMembers, removeMember } from '@/lib/accounts/members';
import { getAccount } from '@/lib/accounts/overview';
import { certificateTraffic } from '@/lib/activity/certificate-traffic';
import { apiClientConnections } from '@/lib/activity/connections';
import { refusals } from '@/lib/activity/refused-calls';
import { listApiKeys, makeApiKey, revokeApiKey, rotateApiKey } from '@/lib/api-access/own-keys';
import { listApiClients } from '@/lib/api-clients/list';
import { createApiClient, disableApiClient } from '@/lib/api-clients/manage';
import { exportTrail } from '@/lib/audit/export';
import { listChanges } from '@/lib/audit/list';
import { checkCsrFor } from '@/lib/certificates/check';
import { downloadCertificate } from '@/lib/certificates/download';
import { setIdleRevocation } from '@/lib/certificates/idle-rule';
import { issueCertificate } from '@/lib/certificates/issue';
import { labelCertificate } from '@/lib/certificates/label';
import { listCertificates } from '@/lib/certificates/list';
import { listPendingCertificates } from '@/lib/certificates/pending';
import { getCertificate } from '@/lib/certificates/read';
import { renewCertificate } from '@/lib/certificates/renew';
import { revokeCertificate } from '@/lib/certificates/revoke';
import type { OperationId } from '@/lib/contract/operations';
import { cancelSchedule } from '@/lib/enforcement/cancel';
import { setEnforcement } from '@/lib/enforcement/change';
import { confirmEnforcement } from '@/lib/enforcement/confirm';
import { getEnforcement } from '@/lib/enforcement/read';
import { readiness } from '@/lib/enforcement/readiness';
import { authorizeDeployment, type Principal } from './scope';

/** What lies in the account that is asked about; all of it in production. */
export type Things = {
  accountId: string;
  /** A certificate that is revoked already, so that every act on it is a repeat or comes too late. */
  certificateId: string;
  invitationId: string;
  personId: string;
  apiKeyId: string;
  apiClientId: string;
};

/** Who may do it, written down by hand: the table of permissions is judged by this. */
type Who =
  | 'read'
  | 'export'
  | 'certificates'
  | 'enforcement'
  | 'people read'
  | 'people manage'
  | 'ask'
  | 'operator';

export type Act = {
  who: Who;
  /** `named`: it names something in the account, which nobody else's account has. */
  object: 'named' | 'none';
  /** Whether Manage mTLS of sandbox alone may do it to what lies in production. */
  bound?: 'environment';
  run: (principal: Principal, things: Things) => unknown;
};

const production = 'production' as const;
const NO_CSR = { csr: 'not a request', environment: production };
const KEY_WISH = { scopes: ['read' as const], environment: null, expiresAt: null, networks: '' };

/** A new operation without a row does not compile. */
export const OPERATION_ACTS: Record<OperationId, Act | 'public'> = {
  checkCsr: {
    ...{ who: 'certificates', object: 'none' },
    run: (p) => checkCsrFor(p, { csr: 'not a request' }),
  },
  issueCertificate: {
    ...{ who: 'certificates', object: 'none', bound: 'environment' },
    run: (p) => issueCertificate(p, NO_CSR),
  },
  listCertificates: { ...reading(), run: (p) => listCertificates(p, { limit: 50 }) },
  listPendingCertificates: { ...reading(), run: (p) => listPendingCertificates(p) },
  getCertificate: { ...named('read'), run: (p, t) => getCertificate(p, t.certificateId) },
  labelCertificate: {
    ...named('certificates'),
    run: (p, t) => labelCertificate(p, t.certificateId, 'Matrix'),
  },
  downloadCertificate: {
    ...named('read'),
    run: (p, t) => downloadCertificate(p, t.certificateId, 'pem'),
  },
  renewCertificate: {
    ...named('certificates'),
    run: (p, t) => renewCertificate(p, t.certificateId, { from: { kind: 'same key' } }),
  },
  setIdleRevocation: {
    ...named('certificates'),
    run: (p, t) => setIdleRevocation(p, t.certificateId, null),
  },
  revokeCertificate: {
    ...named('certificates'),
    run: (p, t) => revokeCertificate(p, t.certificateId, 'superseded'),
  },
  getCertificateTraffic: {
    ...named('read'),
    run: (p, t) => certificateTraffic(p, t.certificateId),
  },
  listApiClientConnections: { ...reading(), run: (p) => apiClientConnections(p, production) },
  listRefusals: { ...reading(), run: (p) => refusals(p, {}) },
  listAuditEvents: { ...reading(), run: (p) => listChanges(p, {}, { limit: 50 }) },
  exportAuditEvents: {
    ...{ who: 'export', object: 'none' },
    run: async (p) => {
      const { body } = await exportTrail(p, { format: 'jsonl', filter: {} });
      const chunks = [];
      for await (const chunk of body) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
  },
  getEnforcement: { ...reading(), run: (p) => getEnforcement(p, production) },
  setEnforcement: {
    ...{ who: 'enforcement', object: 'none', bound: 'environment' },
    run: (p) => setEnforcement(p, production, { mode: 'off' }),
  },
  confirmEnforcement: {
    ...{ who: 'enforcement', object: 'none', bound: 'environment' },
    run: (p) => confirmEnforcement(p, production),
  },
  getReadiness: { ...reading(), run: (p) => readiness(p, production) },
  getAccount: { ...reading(), run: (p) => getAccount(p) },
  listApiClients: { ...reading(), run: (p) => listApiClients(p, { limit: 50 }) },
  createApiClient: {
    ...{ who: 'operator', object: 'none' },
    run: (p, t) =>
      createApiClient(authorizeDeployment(p, 'deployment.manage'), {
        ...{ accountId: t.accountId, environment: production, name: 'matrix' },
      }),
  },
  disableApiClient: {
    ...{ who: 'operator', object: 'none' },
    run: (p, t) => disableApiClient(authorizeDeployment(p, 'deployment.manage'), t.apiClientId),
  },
  getOpenApi: 'public',
};

/** What only people do, with forms. */
export const FORM_ACTS: Record<string, Act> = {
  cancelSchedule: {
    ...{ who: 'enforcement', object: 'none', bound: 'environment' },
    run: (p) => cancelSchedule(p, production),
  },
  listMembers: { ...people('people read'), run: (p) => listMembers(p) },
  listInvitations: { ...people('people read'), run: (p) => listInvitations(p) },
  invite: {
    ...people('people manage'),
    run: (p) => invite(p, { email: 'matrix@meridian.example', role: 'viewer', environment: null }),
  },
  withdrawInvitation: {
    ...people('people manage', 'named'),
    run: (p, t) => withdrawInvitation(p, t.invitationId),
  },
  changeMember: {
    ...people('people manage', 'named'),
    run: (p, t) => changeMember(p, t.personId, { role: 'viewer', environment: null }),
  },
  removeMember: {
    ...people('people manage', 'named'),
    run: (p) => removeMember(p, 'usr_00000000000000000000000000'),
  },
  askForManageMtls: { ...people('ask'), run: (p) => askForManageMtls(p, null) },
  listApiKeys: { ...people('people read'), run: (p) => listApiKeys(p) },
  makeApiKey: {
    ...people('people manage'),
    run: (p) => makeApiKey(p, { ...KEY_WISH, name: 'matrix', networks: 'no network' }),
  },
  rotateApiKey: {
    ...people('people manage', 'named'),
    run: (p, t) => rotateApiKey(p, t.apiKeyId, 24),
  },
  revokeApiKey: {
    ...people('people manage', 'named'),
    run: (p, t) => revokeApiKey(p, t.apiKeyId, ''),
  },
};

function reading() {
  return { who: 'read', object: 'none' } as const;
}

function named(who: 'read' | 'certificates') {
  const bound = who === 'certificates' ? ({ bound: 'environment' } as const) : {};
  return { who, object: 'named', ...bound } as const;
}

function people(who: 'people read' | 'people manage' | 'ask', object: Act['object'] = 'none') {
  return { who, object } as const;
}
