import { ChevronRight } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import type { CertificateView } from '@/lib/contract/views';
import { LIFE_WORDS, lifeOf } from './life';

export function CertificateHeading({
  certificate,
  now,
}: {
  certificate: CertificateView;
  now: Date;
}) {
  const { state } = lifeOf(certificate, now);
  return (
    <>
      <nav className="crumb" aria-label="Breadcrumb">
        <Link href="/certificates">Certificates</Link>
        <ChevronRight className="icon icon-sm" aria-hidden="true" />
        <span>{certificate.label}</span>
      </nav>
      <div className="flex flex-wrap items-center gap-x-3.5 gap-y-1">
        <h1 className="title">{certificate.label}</h1>
        <Badge shape={state} form="pill">
          {LIFE_WORDS[state]}
        </Badge>
        <Env environment={certificate.environment}>
          {certificate.slot === null ? '' : `, slot ${certificate.slot}`}
        </Env>
      </div>
    </>
  );
}
