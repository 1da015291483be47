import { daysLeftOf } from '@/components/live/words';
import { exactUtc } from '@/components/time/format';
import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Fact, shortened } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import { Pips } from '@/components/ui/pips';
import type { Shape } from '@/components/ui/shapes';
import { counted, ENVIRONMENT_WORDS, MODE_WORDS } from '@/components/words';
import type { AccountCase, CaseAccount, CaseCertificate } from '@/lib/contract/support';
import { casePath } from './paths';

/** Who it is, and what it has. */
export function AccountSide({ read, acts }: { read: AccountCase; acts: React.ReactNode }) {
  const { account, certificates, now } = read;
  return (
    <>
      <section className="sheet sheet-pad" aria-labelledby="account-title">
        <h2 className="small quiet" id="account-title">
          Account
        </h2>
        <dl className="facts mt-2">
          <Fact name="Id" form="mono" copy={account.id}>
            {account.id}
          </Fact>
          <Fact name="Legal name">{account.legalName}</Fact>
          {account.parent ? (
            <Fact name="Below">
              <Link className="link wraps" href={casePath(account.parent.id)}>
                {account.parent.name}
              </Link>
            </Fact>
          ) : null}
          {account.below > 0 ? <Fact name="Above">{counted(account.below, 'account')}</Fact> : null}
          {account.environments.map((one) => (
            <Standing key={one.environment} standing={one} />
          ))}
          <Fact name="Plan">{account.plan === 'none' ? 'Without mTLS' : 'With mTLS'}</Fact>
          <Fact name="Slots">
            <Pips held={account.liveCount} fresh={0} limit={account.liveLimit} />
            <small>
              {account.liveCount} of {account.liveLimit}
            </small>
          </Fact>
          <Fact name="Since">
            <Day at={account.createdAt} />
          </Fact>
        </dl>
        {acts}
      </section>
      <Certificates accountId={account.id} certificates={certificates} now={now} />
      <Members account={account} />
    </>
  );
}

function Standing({ standing }: { standing: CaseAccount['environments'][number] }) {
  const { environment, mode, inherited, since, trialEndsAt, suspendedUntil, apiClients } = standing;
  return (
    <Fact name={ENVIRONMENT_WORDS[environment]}>
      {trialEndsAt ? 'Enforced on trial' : MODE_WORDS[mode]}
      {inherited ? ', by the account above' : ''}
      {since ? (
        <>
          {' '}
          since <Day at={since} />
        </>
      ) : null}
      {suspendedUntil ? <small>Suspended by support until {exactUtc(suspendedUntil)}</small> : null}
      <small>{counted(apiClients, 'API client')}</small>
    </Fact>
  );
}

const SHAPES: Record<CaseCertificate['status'], Shape> = {
  live: 'live',
  expired: 'expired',
  revoked: 'revoked',
};
const STATUS_WORDS: Record<CaseCertificate['status'], string> = {
  live: 'Live',
  expired: 'Expired',
  revoked: 'Revoked',
};
const SHOWN = 8;

function Certificates({
  accountId,
  certificates,
  now,
}: {
  accountId: string;
  certificates: CaseCertificate[];
  now: string;
}) {
  const order = certificates.toSorted(
    (a, b) => Number(b.status === 'live') - Number(a.status === 'live'),
  );
  const rest = order.length - SHOWN;
  return (
    <section className="sheet overflow-hidden" aria-labelledby="certificates-title">
      <div className="sheet-head">
        <h2 className="h2" id="certificates-title">
          Certificates
        </h2>
        <span className="end small quiet">{certificates.length}</span>
      </div>
      {certificates.length === 0 ? (
        <p className="sheet-pad small soft">None was ever issued.</p>
      ) : (
        <ul className="mini-rows">
          {order.slice(0, SHOWN).map((one) => (
            <li key={one.id}>
              <span>
                <Link className="name" href={casePath(accountId, { certificate: one.id })}>
                  {one.label}
                </Link>
                <small>
                  <span className="mono">{shortened(one.serialHex)}</span>, {one.environment}
                  {one.lastSeenAt ? (
                    <>
                      , seen <Ago at={one.lastSeenAt} />
                    </>
                  ) : (
                    ', never seen'
                  )}
                </small>
              </span>
              <span className="text-right">
                <Badge shape={SHAPES[one.status]}>{STATUS_WORDS[one.status]}</Badge>
                {one.status === 'live' ? (
                  <small>{daysLeftOf(one.notAfter, new Date(now))}</small>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      )}
      {rest > 0 ? (
        <p className="more">{counted(rest, 'more', 'more')}: look for one by its serial or name.</p>
      ) : null}
    </section>
  );
}

function Members({ account }: { account: CaseAccount }) {
  return (
    <section className="sheet overflow-hidden" aria-labelledby="members-title">
      <div className="sheet-head">
        <h2 className="h2" id="members-title">
          People
        </h2>
        <span className="end small quiet">{account.members.length}</span>
      </div>
      {account.members.length === 0 ? (
        <p className="sheet-pad small soft">Nobody can sign in for this account.</p>
      ) : (
        <ul className="mini-rows">
          {account.members.map((one) => (
            <li key={one.id}>
              <span>
                {one.name}
                <small>{one.email}</small>
              </span>
              <span className="quiet">{one.disabled ? 'Disabled' : ROLE_NAMES[one.role]}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const ROLE_NAMES: Record<string, string> = {
  owner: 'Owner',
  admin: 'Admin',
  manage_mtls: 'Manage mTLS',
  viewer: 'Viewer',
};

/** The certificate that was looked for, with all that identifies it. */
export function FoundCertificate({
  certificate,
  accountId,
}: {
  certificate: CaseCertificate;
  accountId: string;
}) {
  return (
    <section className="sheet sheet-pad" aria-labelledby="found-certificate">
      <p className="small quiet">Found certificate</p>
      <div className="found-head">
        <h2 className="h2" id="found-certificate">
          {certificate.label}
        </h2>
        <Badge shape={SHAPES[certificate.status]} form="pill">
          {STATUS_WORDS[certificate.status]}
        </Badge>
      </div>
      <dl className="facts mt-2">
        <Fact name="Environment">
          <Env environment={certificate.environment} size="text" />
        </Fact>
        <Fact name="Common name" form="mono">
          {certificate.commonName}
        </Fact>
        <Fact name="Serial" form="mono" copy={certificate.serialHex}>
          <span title={certificate.serialHex}>{shortened(certificate.serialHex)}</span>
        </Fact>
        <Fact name="SHA-256" form="mono" copy={certificate.sha256Fingerprint}>
          <span title={certificate.sha256Fingerprint}>
            {shortened(certificate.sha256Fingerprint)}
          </span>
        </Fact>
        <Fact name="Valid">
          <Day at={certificate.notBefore} /> to <Day at={certificate.notAfter} />
        </Fact>
        <Fact name="Issued by">{certificate.createdBy}</Fact>
        {certificate.revokedAt ? (
          <Fact name="Revoked">
            <Day at={certificate.revokedAt} />
            {certificate.revokedBy ? `, by ${certificate.revokedBy}` : ''}
          </Fact>
        ) : null}
        <Fact name="Last call">
          {certificate.lastSeenAt ? <Ago at={certificate.lastSeenAt} /> : 'None that passed'}
        </Fact>
        {certificate.replacedBy ? (
          <Fact name="Replaced by">
            <Link
              className="link wraps"
              href={casePath(accountId, { certificate: certificate.replacedBy.id })}
            >
              {certificate.replacedBy.label}
            </Link>
          </Fact>
        ) : null}
      </dl>
      <p className="small mt-2">
        <Link
          className="link"
          href={`/support/compromise?fingerprint=${certificate.sha256Fingerprint}`}
        >
          Its key may be known to others
        </Link>
      </p>
    </section>
  );
}
