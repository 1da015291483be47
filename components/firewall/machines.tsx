import { CopyButton } from '@/components/ui/copy';

const DOCUMENTS = [
  { path: '/firewall.json', what: 'JSON address', note: 'Everything on this page.' },
  {
    path: '/firewall.txt',
    what: 'text address',
    note: 'One range a line; ?environment=production&direction=ingress narrows it.',
  },
] as const;

/** Where a script or a firewall fetches the same. */
export function Machines({ publicUrl }: { publicUrl: string }) {
  return (
    <section className="sheet" aria-label="For machines">
      <div className="sheet-head">
        <h2 className="h2">For machines</h2>
        <span className="small quiet">No key, stable addresses, ETag</span>
      </div>
      <ul className="documents">
        {DOCUMENTS.map(({ path, what, note }) => (
          <li key={path}>
            <span>
              <a className="link wraps" href={path}>
                <code>{`${publicUrl}${path}`}</code>
              </a>
              <small>{note}</small>
            </span>
            <CopyButton value={`${publicUrl}${path}`} what={what} />
          </li>
        ))}
      </ul>
    </section>
  );
}
