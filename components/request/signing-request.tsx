'use client';

import { type DragEvent, useRef, useState } from 'react';
import { Badge } from '@/components/ui/badge';
import type { CsrCheckView } from '@/lib/contract/views';

const PLACEHOLDER = `-----BEGIN CERTIFICATE REQUEST-----
Paste it here, or drop the file (PEM or DER).
-----END CERTIFICATE REQUEST-----`;

/** Paste, choose or drop. Without scripts the file goes with the form. */
export function SigningRequest({
  text,
  fileName,
  check,
  acts,
}: {
  text: string;
  fileName: string | null;
  check: CsrCheckView | null;
  acts: { onText: (text: string) => void; onFile: (file: File) => void; onClear: () => void };
}) {
  const [dropping, setDropping] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    const file = event.dataTransfer.files[0];
    if (file) acts.onFile(file);
    else acts.onText(event.dataTransfer.getData('text/plain'));
  };
  const size = new TextEncoder().encode(text).length;
  return (
    <section
      className={`codeblock request ${dropping ? 'dropping' : ''}`}
      aria-label="Signing request"
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={onDrop}
    >
      <header>
        <span>
          <label htmlFor="csr">
            <b>
              <span className="sr-only">Certificate signing request</span>
              <span aria-hidden="true">Signing request</span>
            </b>
          </label>
          <span className="opt">{size > 0 ? ` · ${fileName ?? 'pasted'}, ${size} bytes` : ''}</span>
        </span>
        <span className="end needs-scripts">
          <button type="button" className="btn btn-sm" onClick={() => chooser.current?.click()}>
            Choose file
          </button>
          <button
            type="button"
            className="btn btn-sm"
            onClick={acts.onClear}
            disabled={size === 0 && !fileName}
          >
            Clear
          </button>
        </span>
      </header>
      <textarea
        id="csr"
        name="csr"
        rows={10}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={text}
        placeholder={PLACEHOLDER}
        onChange={(event) => acts.onText(event.target.value)}
      />
      <div className="file-line without-scripts">
        <label htmlFor="file">Or choose the file (PEM or DER)</label>
        <input id="file" name="file" type="file" />
      </div>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label="Signing request file"
        accept=".csr,.req,.pem,.der,.p10,.txt,application/pkcs10"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) acts.onFile(file);
          event.target.value = '';
        }}
      />
      {check?.facts ? (
        <footer>
          {check.facts.signatureVerifies ? (
            <Badge shape="live">Signature verifies</Badge>
          ) : (
            <Badge shape="refused">Signature does not verify</Badge>
          )}
          <span>
            {check.facts.key.label}, {check.facts.signatureAlgorithm}
          </span>
        </footer>
      ) : null}
      {dropping ? <div className="drop-here">Drop the signing request</div> : null}
    </section>
  );
}
