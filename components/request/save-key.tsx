'use client';

import type { RefObject } from 'react';
import { Badge } from '@/components/ui/badge';
import { CodeBlock } from '@/components/ui/code-block';
import { fileStemOf } from '@/lib/pki/csr-command';
import type { MadeKey } from './key-maker';
import { saveFile } from './save-file';

/** The key before anything is issued for it: a certificate without its key is worth nothing. */
export function SaveKey({
  made,
  heading,
  commonName,
  state,
  onSaved,
  onDiscard,
}: {
  made: MadeKey;
  heading: RefObject<HTMLHeadingElement | null> | null;
  commonName: string;
  state: 'saved' | 'unsaved';
  onSaved: () => void;
  onDiscard: () => void;
}) {
  const name = `${fileStemOf(commonName)}.key`;
  const download = () => {
    saveFile(made.encryptedPem, name);
    onSaved();
  };
  return (
    <section className="grid gap-4" aria-label="Your private key">
      <div className="sheet">
        <div className="sheet-head">
          <h2 className="h2" tabIndex={-1} ref={heading}>
            {state === 'saved' ? 'Your private key' : 'Save your private key'}
          </h2>
          {state === 'saved' ? <Badge shape="live">Saved</Badge> : null}
        </div>
        <div className="sheet-pad">
          <p className="soft">
            {state === 'saved'
              ? `The ${made.kind} key is in ${name}, encrypted under your password, and in this tab until you leave.`
              : `The ${made.kind} key is in this tab only. ${name} is it, encrypted under your password.`}{' '}
            Without the file and the password the certificate is useless, and we cannot help.
          </p>
          <div className="acts mt-4 flex flex-wrap gap-2">
            <button
              type="button"
              className={`btn ${state === 'saved' ? '' : 'btn-primary'}`}
              onClick={download}
            >
              Download {name}
            </button>
            {state === 'saved' ? null : (
              <>
                <button type="button" className="btn" onClick={onSaved}>
                  I saved it another way
                </button>
                <button type="button" className="btn" onClick={onDiscard}>
                  Discard key
                </button>
              </>
            )}
          </div>
        </div>
      </div>
      <CodeBlock
        name={name}
        what="encrypted key"
        text={made.encryptedPem}
        form="file"
        footer="PKCS #8, AES-256 under your password (PBKDF2, HMAC-SHA-256, 600,000 rounds)."
      />
    </section>
  );
}
