import { Download } from 'lucide-react';
import { CopyButton } from '@/components/ui/copy';
import type { AuditKeyView } from '@/lib/contract/audit';

type Props = {
  /** "Export all changes" */
  title: string;
  paths: { jsonl: string; csv: string };
  auditKey: AuditKeyView;
};

/** The changes as a file, and how somebody else can tell that it is whole. */
export function ExportCard({ title, paths, auditKey }: Props) {
  const command = `node audit-verify.mjs FILE --key ${auditKey.sha256}`;
  return (
    <section className="sheet" aria-labelledby="export-title">
      <div className="sheet-pad grid gap-4">
        <div className="bundle">
          <div>
            <h2 className="h2" id="export-title">
              {title}
            </h2>
            <p className="small soft mt-1">
              Every line has its hash, and the last one is signed. A line that is changed, taken
              out, put in or moved later is found, also by somebody who does not trust us.
            </p>
          </div>
          <div className="mt-3 flex flex-wrap gap-2 md:mt-0">
            <a className="btn btn-primary" href={paths.jsonl} download>
              <Download className="icon" aria-hidden="true" />
              JSON Lines
            </a>
            <a className="btn" href={paths.csv} download>
              <Download className="icon" aria-hidden="true" />
              CSV
            </a>
          </div>
        </div>
        <details className="check-export">
          <summary className="small link">Check an export</summary>
          <div className="small soft mt-3 grid gap-2">
            <p>
              Download the{' '}
              <a className="link" href="/audit-verify.mjs">
                checking program
              </a>
              , one file for Node 18 or newer that needs no network, and note the key now: an export
              is only as good as the key you compare it with.
            </p>
            <p className="flex items-center gap-1">
              <code className="wrap-anywhere">{command}</code>
              <CopyButton value={command} what="command" />
            </p>
            <p>
              Keep your exports: with <code>--earlier</code> a newer one is compared with one you
              kept. The key as a file:{' '}
              <a className="link" href="/audit-key.pem">
                audit-key.pem
              </a>
              .
            </p>
          </div>
        </details>
      </div>
    </section>
  );
}
