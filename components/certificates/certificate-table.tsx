import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { shortened } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { CertificateView, PendingView } from '@/lib/contract/views';
import { daysText, LIFE_WORDS, lifeOf } from './life';
import { LifeBar } from './life-bar';
import { givenUpIn } from './pending';

export function CertificateTable({
  certificates,
  pending,
  now,
}: {
  certificates: CertificateView[];
  /** Asked for, and not signed yet. */
  pending: PendingView[];
  now: Date;
}) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Certificate</th>
          <th scope="col">State</th>
          <th scope="col">Environment</th>
          <th scope="col">Life left</th>
          <th scope="col">Last seen</th>
          <th scope="col">Serial</th>
        </tr>
      </thead>
      <tbody>
        {pending.map((one) => (
          <PendingRow key={one.id} pending={one} now={now} />
        ))}
        {certificates.map((certificate) => (
          <Row key={certificate.id} certificate={certificate} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ certificate, now }: { certificate: CertificateView; now: Date }) {
  const life = lifeOf(certificate, now);
  return (
    <tr className={`opens ${life.state === 'revoked' || life.state === 'expired' ? 'over' : ''}`}>
      <td>
        <Link className="name" href={`/certificates/${certificate.id}`}>
          {certificate.label}
        </Link>
        <small className="mono">{certificate.commonName}</small>
        {certificate.status === 'live' && certificate.revokeWhenIdleDays !== null ? (
          <small>Revoked by itself when idle for {daysText(certificate.revokeWhenIdleDays)}</small>
        ) : null}
      </td>
      <td className="verdict-cell">
        <Badge shape={life.state}>{LIFE_WORDS[life.state]}</Badge>
      </td>
      <td data-l="Environment">
        <Env environment={certificate.environment} size="text" />
      </td>
      <td data-l="Life left">
        <LifeLeft certificate={certificate} now={now} />
      </td>
      <td data-l="Last seen">
        {certificate.lastSeenAt ? (
          <Ago at={certificate.lastSeenAt} />
        ) : (
          <span className="quiet">never</span>
        )}
      </td>
      <td data-l="Serial">
        <span className="mono" title={certificate.serialHex}>
          {shortened(certificate.serialHex)}
        </span>
      </td>
    </tr>
  );
}

function PendingRow({ pending, now }: { pending: PendingView; now: Date }) {
  return (
    <tr>
      <td>
        <span className="name">{pending.label}</span>
        <small className="mono">{pending.commonName}</small>
      </td>
      <td className="verdict-cell">
        <Badge shape="warning">Pending</Badge>
      </td>
      <td data-l="Environment">
        <Env environment={pending.environment} size="text" />
      </td>
      <td data-l="Life left">Given up {givenUpIn(pending, now)}</td>
      <td data-l="Last seen">
        <span className="quiet">
          requested <Ago at={pending.requestedAt} />
        </span>
      </td>
      <td data-l="Serial">
        <span className="mono" title={pending.serialHex}>
          {shortened(pending.serialHex)}
        </span>
      </td>
    </tr>
  );
}

function LifeLeft({ certificate, now }: { certificate: CertificateView; now: Date }) {
  const life = lifeOf(certificate, now);
  if (certificate.revokedAt) {
    return (
      <span>
        Ended <Ago at={certificate.revokedAt} />
      </span>
    );
  }
  if (life.state === 'expired') {
    return (
      <span>
        Ended <Day at={certificate.notAfter} />
      </span>
    );
  }
  return (
    <span className="life-cell">
      <LifeBar life={life} />
      <span>{daysText(life.daysLeft)}</span>
    </span>
  );
}
