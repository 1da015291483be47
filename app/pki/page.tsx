import type { Metadata } from 'next';
import { AuditKey } from '@/components/pki/audit-key';
import { AuthorityTrees } from '@/components/pki/authority-trees';
import { Bundle } from '@/components/pki/bundle';
import { Checks } from '@/components/pki/checks';
import { CertificateProfile } from '@/components/pki/profile';
import { WhichToUse } from '@/components/pki/which';
import { PublicFrame } from '@/components/public/frame';
import { auditKey } from '@/lib/audit/key';
import { authorities } from '@/lib/issuers/authorities';

export const metadata: Metadata = { title: 'Certificate authorities' };

// A page made at build time has no nonce for its scripts.
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ ca?: string | string[]; rules?: string | string[] }> };

const PARTS = [
  { name: 'Trust bundle', href: '#bundle' },
  { name: 'Authorities', href: '#authorities' },
  { name: 'Check a certificate', href: '#check' },
  { name: 'Which to use', href: '#which' },
  { name: 'Audit key', href: '#audit-key' },
  { name: 'Certificate profile', href: '#profile' },
] as const;

/** For anybody, without a session: what software needs that meets certificates of this deployment. */
export default async function PkiPage({ searchParams }: Props) {
  const { ca, rules } = await searchParams;
  const { provider, roots, bundleUrl } = authorities();
  const issuing = roots.flatMap((root) => root.issuing);
  const asked =
    issuing.find(({ id }) => id === ca) ??
    issuing.find(({ state }) => state === 'issues') ??
    issuing[0];
  return (
    <PublicFrame>
      <main className="page public" id="main" tabIndex={-1}>
        <div>
          <h1 className="title">Certificate authorities</h1>
          <p className="lede">
            {provider} signs client certificates with the CAs on this page. Here is what your
            software needs to recognise them, and to learn that one was revoked.
          </p>
          <nav className="parts" aria-label="On this page">
            {PARTS.map(({ name, href }) => (
              <a key={href} href={href}>
                {name}
              </a>
            ))}
          </nav>
        </div>
        <Bundle url={bundleUrl} provider={provider} />
        <AuthorityTrees roots={roots} />
        {asked ? <Checks of={asked} issuing={issuing} bundleUrl={bundleUrl} /> : null}
        <WhichToUse />
        <AuditKey of={auditKey()} />
        <CertificateProfile rules={rules === 'all' ? 'all' : 'on request'} />
      </main>
    </PublicFrame>
  );
}
