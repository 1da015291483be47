import { Chips } from '@/components/ui/chips';
import { CodeBlock } from '@/components/ui/code-block';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { AuthorityView } from '@/lib/contract/authorities';
import { crlCheck, ocspCheck } from './commands';

/** Two ways to check a certificate from a shell, with the addresses of one CA in them. */
export function Checks({
  of,
  issuing,
  bundleUrl,
}: {
  of: AuthorityView;
  issuing: AuthorityView[];
  bundleUrl: string;
}) {
  const files = { certificate: 'client.pem', bundleUrl, caUrl: of.caUrl };
  return (
    <section id="check" aria-labelledby="check-title">
      <h2 className="h2" id="check-title">
        Check a certificate
      </h2>
      <div className="my-3">
        <Chips
          label="CA in the commands"
          choices={issuing.map((one) => ({
            name: nameIn(one, issuing),
            href: `/pki?ca=${one.id}#check`,
            picked: one.id === of.id,
          }))}
        />
      </div>
      <div className="check-ways">
        <CodeBlock
          name="By revocation list"
          what="commands"
          text={crlCheck(files)}
          footer="Says OK, or certificate revoked. A revocation is in the list within five seconds."
        />
        <CodeBlock
          name="By OCSP"
          what="OCSP commands"
          text={ocspCheck(files)}
          footer="Says good, revoked with time and reason, or unknown."
        />
      </div>
    </section>
  );
}

/** The environment says it, unless two CAs share one. */
function nameIn(authority: AuthorityView, all: AuthorityView[]): string {
  const { environment, name } = authority;
  const alone = all.filter((one) => one.environment === environment).length === 1;
  return environment && alone ? ENVIRONMENT_WORDS[environment] : name;
}
