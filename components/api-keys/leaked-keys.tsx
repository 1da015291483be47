import { CodeBlock } from '@/components/ui/code-block';
import { KEY_PATTERN } from '@/lib/contract/api-keys';

/** So that a key in a repository is found before somebody else finds it. */
export function LeakedKeys() {
  return (
    <section aria-labelledby="leaked-title">
      <h2 className="h2" id="leaked-title">
        Find keys that leaked
      </h2>
      <p className="soft small prose-line mt-2 mb-2">
        Every key matches this expression. Its last six characters are the CRC-32 of all before
        them, in base 62 (0-9, A-Z, a-z), so a scanner can tell a key from chance without asking us.
        Revoke a key that leaked: deleting the file is not enough.
      </p>
      <CodeBlock name="Regular expression" what="expression" text={`\\b${KEY_PATTERN}\\b`} />
    </section>
  );
}
