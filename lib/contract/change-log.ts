/** What changed in the API, for whoever wrote a client of it. Newest first; an entry is corrected, never removed. */
import type { OperationId } from './operations';

export type ChangeEntry = {
  /** The fragment of its address, never changed. */
  id: string;
  /** ISO 8601 date. */
  date: string;
  kind: 'added' | 'changed' | 'deprecated' | 'removed';
  title: string;
  text: string;
  operations: readonly OperationId[];
  /** What a client must do, and by when; null: nothing. */
  act: { words: string; by: string | null } | null;
};

export const CHANGE_LOG: readonly ChangeEntry[] = [
  {
    id: 'support-acts',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Enforcement suspended by support, and plans',
    text: 'Enforcement says in `suspension` while support has suspended it: until when, and by whom; calls then pass without a certificate whatever the mode. An account whose plan does not include mutual TLS gets 403 plan_required when it issues, renews or enforces; what is live goes on working.',
    operations: ['getEnforcement', 'setEnforcement', 'issueCertificate', 'renewCertificate'],
    act: null,
  },
  {
    id: 'audit-events',
    date: '2026-11-21',
    kind: 'added',
    title: 'The audit trail, and exports that can be checked',
    text: 'Changes of the account with their hashes, by actor, object, action, time and request id; and an export as JSON Lines or CSV under a signed head. /audit-verify.mjs, one file for Node, checks an export offline; /audit-key.pem is the key it is signed with.',
    operations: ['listAuditEvents', 'exportAuditEvents'],
    act: null,
  },
  {
    id: 'conditional',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Conditional changes of enforcement',
    text: 'Reading enforcement has an ETag. Send it back in If-Match with a change, and the change is 412 precondition_failed if somebody else was there first.',
    operations: ['getEnforcement', 'setEnforcement'],
    act: null,
  },
  {
    id: 'idempotency',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Every POST takes an Idempotency-Key',
    text: 'What was answered to the first request with a key is answered again for a day. The key with another request is now 422 idempotency_conflict; it was 409. While the first is under way, it is 409 idempotency_in_progress.',
    operations: [
      'checkCsr',
      'revokeCertificate',
      'confirmEnforcement',
      'createApiClient',
      'issueCertificate',
      'renewCertificate',
    ],
    act: {
      words: 'Where you branch on the status 409 of a key used twice: branch on its code.',
      by: null,
    },
  },
  {
    id: 'pages',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Every list has pages',
    text: 'API clients, how they connect, and what waits for the certificate authority take limit and cursor, and answer with nextCursor, as the other lists do. Without a limit you get up to 100. Cursors you kept from before are refused.',
    operations: [
      'listApiClients',
      'listApiClientConnections',
      'listPendingCertificates',
      'listCertificates',
      'listRefusals',
    ],
    act: { words: 'Where an account has more than 100 API clients: follow nextCursor.', by: null },
  },
  {
    id: 'rate-limits',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Rate limits are said in headers',
    text: 'A key may make 100 requests at once and 600 a minute, unless your provider says otherwise. Every reply says in RateLimit how many remain; a 429 says in Retry-After how long to wait.',
    operations: [],
    act: null,
  },
  {
    id: 'activity',
    date: '2026-11-21',
    kind: 'added',
    title: 'What edges saw of your calls',
    text: 'How a certificate is used and its share of the calls, how each API client connects, and every refused call with its reason and what to do.',
    operations: ['getCertificateTraffic', 'listApiClientConnections', 'listRefusals'],
    act: null,
  },
  {
    id: 'renewal',
    date: '2026-11-21',
    kind: 'added',
    title: 'Renewing a certificate',
    text: 'With a new signing request or with the same key: the new certificate takes a slot beside the old one and names it as `replacesId`. The old one can be revoked by itself once calls come with the new one and it was idle for some days; `revokeWhenIdleDays` says so.',
    operations: ['renewCertificate', 'setIdleRevocation'],
    act: null,
  },
  {
    id: 'pending',
    date: '2026-11-21',
    kind: 'added',
    title: 'What waits for the certificate authority',
    text: 'While it does not answer, issuing is a 503 ca_unavailable whose `pending` names the request that is kept. The new list has every such request: finished, it is a certificate; after 15 minutes it is given up and its slot free.',
    operations: ['listPendingCertificates'],
    act: null,
  },
  {
    id: 'pki',
    date: '2026-11-21',
    kind: 'added',
    title: 'CA certificates, revocation lists and OCSP',
    text: 'Without a key: /pki/bundle.pem, and of each CA ca.crt, ca.pem, ca.crl and ocsp. Certificates point to them; /pki lists them.',
    operations: [],
    act: null,
  },
  {
    id: 'compromised-keys',
    date: '2026-11-21',
    kind: 'changed',
    title: 'A compromised key takes all its certificates with it',
    text: 'Revoking for keyCompromise revokes every other live certificate of the same key too, and the key is never taken again: a signing request with it has the finding key-known-weak. New findings are also rsa-close-primes and rsa-roca.',
    operations: ['revokeCertificate', 'issueCertificate', 'checkCsr'],
    act: null,
  },
  {
    id: 'firewall-lists',
    date: '2026-11-21',
    kind: 'added',
    title: 'Addresses for firewalls, for machines',
    text: '/firewall.json and /firewall.txt list, without a key, where edges listen and where webhooks come from. Both carry an ETag.',
    operations: [],
    act: null,
  },
  {
    id: 'certificates',
    date: '2026-11-21',
    kind: 'added',
    title: 'Certificates over REST',
    text: 'Check a signing request, issue, list, read, label, download and revoke. Issuing takes an Idempotency-Key.',
    operations: [
      'checkCsr',
      'issueCertificate',
      'listCertificates',
      'getCertificate',
      'labelCertificate',
      'downloadCertificate',
      'revokeCertificate',
    ],
    act: null,
  },
  {
    id: 'rehearsal',
    date: '2026-11-21',
    kind: 'changed',
    title: 'Enforcement is rehearsed',
    text: 'Between off and enforce there is observe, in which nothing is refused and all that would be is counted. Enforcement starts on trial, 15 minutes unless you say otherwise, and goes back by itself unless it is confirmed; it can be put off to a date. Starting it wants a call with a certificate in the last seven days, or an override with a reason. Enforcement and revocation take ?wait=edges and answer with a receipt.',
    operations: ['setEnforcement', 'revokeCertificate'],
    act: {
      words:
        'Where you set mode enforce: confirm within the trial, or send trialMinutes 0 with an override.',
      by: null,
    },
  },
  {
    id: 'readiness',
    date: '2026-11-21',
    kind: 'added',
    title: 'Readiness, and confirming a trial',
    text: 'Read from the calls of the last seven days which API clients enforcement would refuse, and confirm a trial of it.',
    operations: ['getReadiness', 'confirmEnforcement'],
    act: null,
  },
  {
    id: 'enforcement',
    date: '2026-11-21',
    kind: 'added',
    title: 'Enforcement over REST',
    text: 'Read whether mTLS is enforced in an environment, and turn it on or off.',
    operations: ['getEnforcement', 'setEnforcement'],
    act: null,
  },
  {
    id: 'account',
    date: '2026-11-21',
    kind: 'added',
    title: 'The account and its API clients',
    text: "Read the key's account, how many slots are in use, and the API clients edges know.",
    operations: ['getAccount', 'listApiClients'],
    act: null,
  },
  {
    id: 'operators',
    date: '2026-11-21',
    kind: 'added',
    title: 'API clients, for operators',
    text: "Give an account an API client and disable it, with an operator's key.",
    operations: ['createApiClient', 'disableApiClient'],
    act: null,
  },
  {
    id: 'openapi',
    date: '2026-11-21',
    kind: 'added',
    title: 'The API describes itself',
    text: 'The OpenAPI 3.1 document is printed from the table that requests are judged by, so the two agree.',
    operations: ['getOpenApi'],
    act: null,
  },
];
