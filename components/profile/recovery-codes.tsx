import { CodeBlock } from '@/components/ui/code-block';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';

/** The only time they are shown. */
export function RecoveryCodes({ codes, next }: { codes: string[]; next: string | null }) {
  return (
    <div className="mt-4 grid gap-4">
      <Notice tone="expiring" title="Keep these recovery codes now">
        <p role="status">
          They are shown this once. Each signs you in once when your phone or passkey is not at
          hand: print them, or keep them in a password manager.
        </p>
      </Notice>
      <CodeBlock name="Recovery codes" what="recovery codes" text={codes.join('\n')} form="file" />
      {next ? (
        <div>
          <Link className="btn btn-primary" href={next}>
            I have kept them; go on
          </Link>
        </div>
      ) : null}
    </div>
  );
}
