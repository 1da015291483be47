import { Download } from 'lucide-react';
import { Fact, grouped } from '@/components/ui/fact';
import type { AuditKeyView } from '@/lib/contract/audit';

/** What exports of the audit trail are checked by. */
export function AuditKey({ of: { sha256, pemUrl, verifierUrl } }: { of: AuditKeyView }) {
  return (
    <section className="sheet" id="audit-key" aria-labelledby="audit-key-title">
      <div className="sheet-pad grid gap-4">
        <div className="bundle">
          <div>
            <h2 className="h2" id="audit-key-title">
              Audit key
            </h2>
            <p className="small soft mt-1">
              Exports of an account's audit trail are signed with this Ed25519 key, which signs no
              certificate. Note its digest where you keep your exports: the checking program, one
              file for Node 18 or newer, compares each export with it and needs no network.
            </p>
          </div>
          <div className="mt-3 flex flex-wrap gap-2 md:mt-0">
            <a className="btn" href={new URL(verifierUrl).pathname} download>
              <Download className="icon" aria-hidden="true" />
              Checking program
            </a>
            <a className="btn" href={new URL(pemUrl).pathname} download>
              <Download className="icon" aria-hidden="true" />
              Key
            </a>
          </div>
        </div>
        <dl className="facts">
          <Fact name="SHA-256" form="hex" copy={sha256} note="Of the key as SPKI in DER">
            {grouped(sha256)}
          </Fact>
        </dl>
      </div>
    </section>
  );
}
