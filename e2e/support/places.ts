/** Every page of the portal, for whatever looks at all of them: pictures, accessibility, measurements. */
import type { LivedIn } from './lived-in';

export type PlaceToLook = {
  readonly name: string;
  readonly path: string;
  readonly as: 'visitor' | 'admin' | 'viewer' | 'support';
};

export function placesToLookAt(ids: LivedIn): PlaceToLook[] {
  const { accountId, certificateId, spkiSha256, personId, apiKeyId } = ids;
  const certificate = `/certificates/${certificateId}`;
  const pages = (as: PlaceToLook['as'], paths: Record<string, string>): PlaceToLook[] =>
    Object.entries(paths).map(([name, path]) => ({ name, path, as }));
  return [
    ...pages('visitor', {
      'sign-in': '/sign-in',
      forgotten: '/forgotten',
      reset: '/reset',
      email: '/email',
      errors: '/errors',
      reference: '/reference',
      pki: '/pki',
      'pki-rules': '/pki?rules=all',
    }),
    ...pages('admin', {
      overview: '/',
      certificates: '/certificates',
      'certificates-none': '/certificates?status=expired',
      'new-certificate': '/certificates/new',
      'new-certificate-command': '/certificates/new?way=command',
      'new-certificate-browser': '/certificates/new?way=browser',
      certificate: certificate,
      'certificate-traffic': `${certificate}?tab=traffic`,
      'certificate-facts': `${certificate}?tab=facts`,
      'certificate-history': `${certificate}?tab=history`,
      revoke: `${certificate}/revoke`,
      renew: `${certificate}/renew`,
      'renew-same-key': `${certificate}/renew?way=same-key`,
      enforcement: '/enforcement',
      'api-clients': '/api-clients',
      'api-keys': '/api-keys',
      'api-key': `/api-keys/${apiKeyId}`,
      'new-api-key': '/api-keys/new',
      connect: '/connect',
      'connect-java': '/connect?language=java&key=passphrase',
      'connect-postman': '/connect?language=postman',
      activity: '/activity',
      'activity-changes': '/activity/changes',
      'activity-none': '/activity?code=upgrade_refused',
      members: '/members',
      member: `/members/${personId}`,
      permissions: '/permissions',
      invite: '/members/invite',
      outbox: '/outbox',
      profile: '/profile',
      security: '/security',
      confirm: '/confirm',
      'second-factor': '/second-factor',
      firewall: '/firewall',
      changes: '/changes',
      design: '/design',
      ...Object.fromEntries(
        ['off', 'no-evidence', 'trial', 'scheduled'].map((state) => [
          `enforcement-${state}`,
          `/design/enforcement?state=${state}`,
        ]),
      ),
      'not-found': '/certificates/crt_00000000000000000000000000',
    }),
    ...pages('viewer', { 'overview-viewer': '/', 'enforcement-viewer': '/enforcement' }),
    ...pages('support', {
      support: '/support',
      'support-found': '/support?q=e',
      'support-none': '/support?q=198.51.100.250',
      'support-account': `/support/accounts/${accountId}`,
      'support-acts': `/support/accounts/${accountId}/acts`,
      'support-act': `/support/accounts/${accountId}/acts?act=suspend-account`,
      'support-view': `/support/accounts/${accountId}/view`,
      fleet: '/support/fleet',
      accounts: '/accounts',
      approvals: '/support/approvals',
      compromise: '/support/compromise',
      'compromised-key': `/support/compromise?key=${spkiSha256}`,
    }),
  ];
}
