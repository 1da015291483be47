import { Download } from 'lucide-react';
import { CopyButton } from '@/components/ui/copy';

/** What software that checks our certificates is given to trust. */
export function Bundle({ url, provider }: { url: string; provider: string }) {
  return (
    <section className="sheet" id="bundle" aria-labelledby="bundle-title">
      <div className="sheet-pad bundle">
        <div>
          <h2 className="h2" id="bundle-title">
            Trust bundle
          </h2>
          <p className="small soft mt-1">
            Every CA below that has not ended, in one PEM file: what a proxy or server is given to
            check certificates of {provider} by. While one CA succeeds another it has both, so fetch
            it again once a day. It is not for checking our own servers.
          </p>
          <p className="small mt-2 flex items-center gap-1">
            <code className="wrap-anywhere">{url}</code>
            <CopyButton value={url} what="address of the bundle" />
          </p>
        </div>
        <a className="btn btn-primary" href={new URL(url).pathname} download>
          <Download className="icon" aria-hidden="true" />
          Download bundle
        </a>
      </div>
    </section>
  );
}
