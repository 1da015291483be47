import type { DecisionView } from '@/lib/contract/live';

/** A passed call, for tests. */
export function decision(differs: Partial<DecisionView> = {}): DecisionView {
  return {
    sequence: '1',
    at: '2026-11-21T10:00:00.000Z',
    environment: 'sandbox',
    listener: 'mtls',
    edge: 'edge-1',
    refusal: null,
    calls: 1,
    certificate: {
      id: 'crt_1',
      label: 'ERP primary',
      serialHex: '2E5FDEEE2032D103',
      notAfter: '2027-11-21T10:00:00.000Z',
    },
    fingerprint: 'AB',
    apiClientName: 'erp-sync',
    tlsVersion: 'TLSv1.3',
    httpVersion: '2',
    sourceAddress: '192.0.2.7',
    userAgent: null,
    requestId: 'req_1',
    ...differs,
  };
}
