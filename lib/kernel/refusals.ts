/**
 * Every reason for which the edge refuses a call, in the words used everywhere: edge, portal, support, docs.
 * On the wire go the code, the title and a request id; `whatHappened` and `whatToDo` are for the portal.
 */
export type RefusalCode = keyof typeof REFUSALS;

export type Refusal = {
  /** HTTP status where the refusal is answered over HTTP. */
  readonly status: number;
  readonly title: string;
  readonly whatHappened: string;
  readonly whatToDo: string;
  /** In a strict environment TLS is closed before any request is handled (invariant 9). */
  readonly endsTls: boolean;
};

export const REFUSALS = {
  certificate_required: {
    status: 403,
    title: 'A client certificate is required',
    whatHappened: 'The connection came without a client certificate.',
    whatToDo:
      "Give your client both certificate and key. In Node's fetch, agent is ignored: use https or undici's Agent({connect}).",
    endsTls: true,
  },
  unknown_certificate: {
    status: 403,
    title: 'The client certificate is not known here',
    whatHappened: 'The certificate was neither issued nor registered here.',
    whatToDo: 'Check the file: the fingerprint we saw is shown beside those you have.',
    endsTls: true,
  },
  certificate_expired: {
    status: 403,
    title: 'The client certificate has expired',
    whatHappened: 'The validity of the certificate has ended.',
    whatToDo: 'Renew it.',
    endsTls: true,
  },
  certificate_not_yet_valid: {
    status: 403,
    title: 'The client certificate is not yet valid',
    whatHappened: 'The validity of the certificate has not started.',
    whatToDo: 'Check the clock of the machine.',
    endsTls: true,
  },
  certificate_revoked: {
    status: 403,
    title: 'The client certificate was revoked',
    whatHappened: 'The certificate was revoked.',
    whatToDo: 'Install a live one.',
    endsTls: true,
  },
  not_a_client_certificate: {
    status: 403,
    title: 'The certificate is not for client authentication',
    whatHappened: 'The certificate does not allow client authentication.',
    whatToDo: 'Issue one here, or have your CA add the clientAuth usage.',
    endsTls: true,
  },
  wrong_environment: {
    status: 403,
    title: 'The certificate belongs to another environment',
    whatHappened: 'A sandbox certificate was used in production, or the reverse.',
    whatToDo: "Use the host of the certificate's environment, or the other certificate.",
    endsTls: false,
  },
  wrong_account: {
    status: 403,
    title: 'Certificate and API credentials belong to different accounts',
    whatHappened: 'Certificate and API credentials belong to different accounts.',
    whatToDo: 'Use both from one account.',
    endsTls: false,
  },
  api_client_required: {
    status: 401,
    title: 'The request names no API client',
    whatHappened: 'The request names no API client.',
    whatToDo: 'Send your API credentials: mTLS is in addition to them.',
    endsTls: false,
  },
  unknown_api_client: {
    status: 403,
    title: 'The API client is not known here',
    whatHappened: 'The API client named is not known here.',
    whatToDo: 'Check the name and the environment.',
    endsTls: false,
  },
  conflicting_identity: {
    status: 403,
    title: 'Two API client names in one request disagree',
    whatHappened: 'Two API client names in one request disagree.',
    whatToDo: 'Send one.',
    endsTls: false,
  },
  mtls_required: {
    status: 403,
    title: 'This account enforces mTLS',
    whatHappened: 'Your account enforces mTLS; this host takes calls without it.',
    whatToDo: 'Call the mTLS host with your certificate.',
    endsTls: false,
  },
  account_suspended: {
    status: 403,
    title: 'The account is suspended',
    whatHappened: 'The account is suspended.',
    whatToDo: 'Ask support.',
    endsTls: false,
  },
  host_mismatch: {
    status: 421,
    title: 'TLS server name and Host header differ',
    whatHappened: 'TLS server name and Host header differ.',
    whatToDo: 'Call the host you connect to.',
    endsTls: false,
  },
  edge_not_ready: {
    status: 503,
    title: 'The edge cannot decide yet',
    whatHappened: "The edge's information is too old to decide.",
    whatToDo: 'Retry; we are alerted.',
    endsTls: false,
  },
  malformed_request: {
    status: 400,
    title: 'The request is malformed',
    whatHappened:
      'The request was ambiguous or malformed: a header that names the caller, or the length of the body.',
    whatToDo: 'Send each identity header once, and one length for the body.',
    endsTls: false,
  },
  upgrade_refused: {
    status: 501,
    title: 'Protocol upgrades are not offered',
    whatHappened: 'The request asked for an upgrade or a tunnel.',
    whatToDo: 'Send an ordinary HTTP request.',
    endsTls: false,
  },
  upstream_unavailable: {
    status: 502,
    title: 'The API did not answer',
    whatHappened: 'The API behind the edge could not be reached.',
    whatToDo: 'Retry; this is not caused by your certificate.',
    endsTls: false,
  },
  upstream_timeout: {
    status: 504,
    title: 'The API took too long to answer',
    whatHappened: 'The API behind the edge did not answer in time.',
    whatToDo: 'Retry; this is not caused by your certificate.',
    endsTls: false,
  },
} as const satisfies Record<string, Refusal>;
