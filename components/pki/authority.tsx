import { Download } from 'lucide-react';
import { Ago, Day, Moment } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { Env } from '@/components/ui/env';
import { Fact, grouped } from '@/components/ui/fact';
import { counted } from '@/components/words';
import type { AuthorityTree, AuthorityView } from '@/lib/contract/authorities';
import { AUTHORITY_WORDS } from './words';

/** One CA: what it is, how to recognise it, where its files are. */
export function Authority({
  authority,
  crossSignedBy = null,
}: {
  authority: AuthorityView;
  crossSignedBy?: AuthorityTree['crossSignedBy'];
}) {
  const { word, shape, means } = AUTHORITY_WORDS[authority.state];
  return (
    <article className="sheet authority" id={authority.id} aria-labelledby={`${authority.id}-name`}>
      <div className="sheet-head">
        <h3 className="h2" id={`${authority.id}-name`}>
          {authority.name}
        </h3>
        <span className="end">
          <Badge shape={shape}>{word}</Badge>
        </span>
      </div>
      <div className="sheet-pad">
        <p className="small soft">
          {means}
          {authority.state === 'retired' ? (
            <>
              {' '}
              Since <Day at={authority.stateAt} />.
            </>
          ) : null}
        </p>
        <Facts authority={authority} />
        {crossSignedBy ? <CrossSigned by={crossSignedBy} /> : null}
      </div>
      <Files authority={authority} />
    </article>
  );
}

function Facts({ authority }: { authority: AuthorityView }) {
  const { environment, issuesUntil, sha256Fingerprint, crl } = authority;
  return (
    <dl className="facts tight mt-3">
      {environment ? (
        <Fact name="Signs for">
          <Env environment={environment} size="text" />
        </Fact>
      ) : null}
      <Fact name="Valid until">
        <Day at={authority.notAfter} />
      </Fact>
      {issuesUntil && authority.state !== 'retired' ? (
        <Fact name="Issues until" note="After that a new certificate would outlive it">
          <Day at={issuesUntil} />
        </Fact>
      ) : null}
      <Fact name="Key">{authority.keyName}</Fact>
      <Fact name="SHA-256" form="hex" copy={sha256Fingerprint}>
        {grouped(sha256Fingerprint)}
      </Fact>
      <Fact name="OCSP" form="mono" copy={authority.ocspUrl}>
        {authority.ocspUrl}
      </Fact>
      <Fact name="CRL" form="mono" copy={authority.crlUrl}>
        {authority.crlUrl}
      </Fact>
      <Fact name="List now">
        {crl ? (
          <>
            Number {crl.number}, {counted(crl.entries, 'entry', 'entries')}
            <small>
              Made <Ago at={crl.thisUpdate} />, good until <Moment at={crl.nextUpdate} />
            </small>
          </>
        ) : (
          <span className="quiet">
            {authority.kind === 'root'
              ? 'None yet. The key of this root may be kept on another machine: its list is brought from there.'
              : 'No list yet. The first is made within seconds.'}
          </span>
        )}
      </Fact>
    </dl>
  );
}

function CrossSigned({ by }: { by: NonNullable<AuthorityTree['crossSignedBy']> }) {
  return (
    <div className="mt-4">
      <p className="small soft">
        Its name and key are also signed by{' '}
        <a className="link wraps" href={`#${by.id}`}>
          {by.name}
        </a>
        : software that knows only that root accepts this one too, when it is given the cross
        certificate.
      </p>
      <p className="mt-2">
        <CopyButton value={by.pem} what="cross certificate" look="button" />
      </p>
      <pre className="without-scripts tiny mono mt-2 overflow-x-auto">{by.pem}</pre>
    </div>
  );
}

function Files({ authority: { name, caUrl, crlUrl } }: { authority: AuthorityView }) {
  const files = [
    { words: 'Certificate, PEM', href: caUrl.replace(/\.crt$/, '.pem') },
    { words: 'Certificate, DER', href: caUrl },
    { words: 'CRL, DER', href: crlUrl },
  ];
  return (
    <div className="sheet-row authority-files">
      {files.map(({ words, href }) => (
        <a
          key={href}
          className="btn btn-sm"
          href={new URL(href).pathname}
          aria-label={`Download ${words} of ${name}`}
          download
        >
          <Download className="icon" aria-hidden="true" />
          {words}
        </a>
      ))}
    </div>
  );
}
