'use client';

import { type RefObject, useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import { fileStemOf } from '@/lib/pki/csr-command';
import type { Pkcs12Form } from '@/lib/pki/pkcs12';
import type { IssuedHere as Issued } from './issue-here';
import type { MadeKey } from './key-maker';
import { saveFile } from './save-file';

const FORMS = [
  {
    form: 'modern',
    suffix: '',
    title: 'PKCS #12',
    note: 'AES-256. Our tests read it with OpenSSL 3 and Java 17.',
  },
  {
    form: 'compatible',
    suffix: '-old',
    title: 'PKCS #12 for old systems',
    note: 'Weak: 3DES and SHA-1. Only where the other is not read, and never through mail.',
  },
] as const;

/** The certificate has come to its key: both in one file, made in this tab as long as the tab has the key. */
export function IssuedHere({
  made,
  issued,
  heading,
}: {
  made: MadeKey;
  issued: Extract<Issued, { kind: 'issued' }>;
  heading: RefObject<HTMLHeadingElement | null>;
}) {
  const [busy, setBusy] = useState<Pkcs12Form | 'failed' | null>(null);
  const { id, chain, commonName, label } = issued;
  const stem = fileStemOf(commonName);
  const save = async (form: Pkcs12Form, name: string) => {
    setBusy(form);
    try {
      saveFile(await made.pkcs12(form, { chain, friendlyName: label }), name);
      setBusy(null);
    } catch {
      setBusy('failed');
    }
  };
  return (
    <section className="sheet" aria-label="Certificate issued">
      <div className="sheet-head">
        <h2 className="h2" tabIndex={-1} ref={heading}>
          Certificate issued
        </h2>
        <Badge shape="live">{commonName}</Badge>
      </div>
      <div className="sheet-pad">
        <p className="soft">
          Take key and certificate in one file, under the password of the key. It is made in this
          tab: leave the page, and {stem}.key is all that is left of the key.
        </p>
        <div className="two-typed mt-4">
          {FORMS.map(({ form, suffix, title, note }) => (
            <div key={form}>
              <button
                type="button"
                className={`btn btn-wide ${form === 'modern' ? 'btn-primary' : ''}`}
                disabled={busy === 'modern' || busy === 'compatible'}
                onClick={() => save(form, `${stem}${suffix}.p12`)}
              >
                {busy === form ? `Making ${stem}${suffix}.p12` : `Download ${title}`}
              </button>
              <p className="small soft mt-1.5">{note}</p>
            </div>
          ))}
        </div>
        {busy === 'failed' ? (
          <p className="small mt-3" role="alert">
            The file could not be made. {stem}.key and the certificate as PEM hold the same.
          </p>
        ) : null}
      </div>
      <div className="sheet-row flex flex-wrap gap-x-5 gap-y-1">
        <a className="link" href={`/certificates/${id}/download?format=fullchain`} download>
          Download certificate, PEM
        </a>
        <Link className="link" href={`/certificates/${id}`}>
          Show certificate
        </Link>
        <Link className="link" href="/connect">
          Connect with it
        </Link>
      </div>
    </section>
  );
}
