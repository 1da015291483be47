import { CopyButton } from '@/components/ui/copy';
import { Fact } from '@/components/ui/fact';
import type { EnforcementConsequence } from '@/lib/contract/views';
import { TEST_PATH } from '@/lib/kernel/test-path';

/** Where to call, and as whom. */
export function Hosts({ consequence }: { consequence: EnforcementConsequence }) {
  const { apiClients, mtlsUrl, standardUrl } = consequence;
  return (
    <section className="sheet" aria-label="Hosts">
      <div className="sheet-pad">
        <h2 className="h2">Hosts</h2>
        <dl className="facts tight mt-2">
          <Fact name="With mTLS" form="mono" {...(mtlsUrl ? { copy: mtlsUrl } : {})}>
            {mtlsUrl ?? 'not set'}
          </Fact>
          <Fact name="Standard" form="mono" {...(standardUrl ? { copy: standardUrl } : {})}>
            {standardUrl ?? 'not set'}
          </Fact>
          <Fact
            name="Test path"
            form="mono"
            copy={TEST_PATH}
            note="Says what the edge saw of your call"
          >
            {TEST_PATH}
          </Fact>
        </dl>
        <h3 className="h3 mt-4">API clients</h3>
        {apiClients.length === 0 ? (
          <p className="small quiet mt-1">None in {consequence.environment} yet.</p>
        ) : (
          <ul className="mt-1">
            {apiClients.map((name) => (
              <li key={name} className="small flex items-center gap-1 py-0.5">
                <code>{name}</code>
                <CopyButton value={name} what={`name ${name}`} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
