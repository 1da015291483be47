import { Download } from 'lucide-react';
import { Chips } from '@/components/ui/chips';
import { Link } from '@/components/ui/link';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { REFUSALS } from '@/lib/kernel/refusals';
import { type CallFilter, callsPath, exportPath, type Outcome } from './filter';

export type Named = { id: string; name: string };

const OUTCOMES: { outcome: Outcome | undefined; name: string }[] = [
  { outcome: undefined, name: 'All calls' },
  { outcome: 'refused', name: 'Refused' },
  { outcome: 'passed', name: 'Passed' },
];

/** One filter for the calls, all of it in the address, so that it can be sent to somebody. */
export function FilterBar({
  filter,
  certificates,
  apiClients,
}: {
  filter: CallFilter;
  certificates: Named[];
  apiClients: Named[];
}) {
  const { environment, outcome } = filter;
  const other = (change: CallFilter) => callsPath({ ...filter, cursor: undefined, ...change });
  const environments = [undefined, ...ENVIRONMENTS];
  return (
    <>
      <div className="filters">
        <Chips
          label="Environment"
          choices={environments.map((one) => ({
            name: one ? ENVIRONMENT_WORDS[one] : 'All environments',
            href: other({ environment: one }),
            picked: one === environment,
          }))}
        />
        <Chips
          label="Outcome"
          choices={OUTCOMES.map((one) => ({
            name: one.name,
            href: other({ outcome: one.outcome, code: undefined }),
            picked: one.outcome === outcome,
          }))}
        />
      </div>
      <form className="narrow" method="get" action="/activity">
        {environment ? <input type="hidden" name="environment" value={environment} /> : null}
        {outcome ? <input type="hidden" name="outcome" value={outcome} /> : null}
        {certificates.length > 0 ? (
          <Choice
            label="Certificate"
            name="certificate"
            all="Any certificate"
            choices={certificates}
            value={filter.certificate}
          />
        ) : null}
        {apiClients.length > 0 ? (
          <Choice
            label="API client"
            name="apiClient"
            all="Any API client"
            choices={apiClients}
            value={filter.apiClient}
          />
        ) : null}
        {outcome === 'passed' ? null : (
          <Choice
            label="Reason"
            name="code"
            all="Any reason"
            choices={REASONS}
            value={filter.code}
          />
        )}
        <button className="btn" type="submit">
          Show calls
        </button>
        {isNarrowed(filter) ? (
          <Link
            className="btn"
            href={other({ certificate: undefined, apiClient: undefined, code: undefined })}
          >
            Clear
          </Link>
        ) : null}
        <a className="btn end" href={exportPath(filter)} download>
          <Download className="icon" aria-hidden="true" />
          Refused calls as CSV
        </a>
      </form>
    </>
  );
}

const REASONS: Named[] = Object.entries(REFUSALS).map(([id, { title }]) => ({ id, name: title }));

function isNarrowed({ certificate, apiClient, code }: CallFilter): boolean {
  return Boolean(certificate || apiClient || code);
}

function Choice({
  label,
  name,
  all,
  choices,
  value,
}: {
  label: string;
  name: string;
  all: string;
  choices: Named[];
  value: string | undefined;
}) {
  return (
    <div className="field">
      <label htmlFor={`by-${name}`}>{label}</label>
      <select className="input" id={`by-${name}`} name={name} defaultValue={value ?? ''}>
        <option value="">{all}</option>
        {choices.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  );
}
