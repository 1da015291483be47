import { Field } from '@/components/ui/field';
import { Link } from '@/components/ui/link';
import { type AuditChoices, MAX_AUDIT_FILTER_CHARACTERS } from '@/lib/contract/audit';
import { type ChangeFilter, isNarrowed } from './change-filter';

/** All of it is in the address, so that it can be sent to somebody. */
export function ChangeFilterBar({
  filter,
  choices,
}: {
  filter: ChangeFilter;
  choices: AuditChoices;
}) {
  const { actor, action, object, requestId, from, to } = filter;
  return (
    <form className="narrow" method="get" action="/activity/changes">
      <Choice label="Who" name="actor" all="Anybody" value={actor} choices={actorsOf(choices)} />
      <Choice
        label="What"
        name="action"
        all="Any change"
        value={action}
        choices={choices.actions.map((one) => ({ value: one, name: actionName(one) }))}
      />
      <Field label="From (UTC)" type="date" name="from" defaultValue={from} />
      <Field label="To (UTC)" type="date" name="to" defaultValue={to} />
      <button className="btn" type="submit">
        Show changes
      </button>
      {isNarrowed(filter) ? (
        <Link className="btn" href="/activity/changes">
          Clear
        </Link>
      ) : null}
      <details className="by-id" open={Boolean(object || requestId)}>
        <summary className="small link">By id</summary>
        <div className="narrow">
          <Field
            label="Object"
            name="object"
            form="typed"
            placeholder="crt_…"
            maxLength={MAX_AUDIT_FILTER_CHARACTERS}
            autoComplete="off"
            spellCheck={false}
            defaultValue={object}
          />
          <Field
            label="Request"
            name="requestId"
            form="typed"
            placeholder="req_…"
            maxLength={MAX_AUDIT_FILTER_CHARACTERS}
            autoComplete="off"
            spellCheck={false}
            defaultValue={requestId}
          />
        </div>
      </details>
    </form>
  );
}

type Option = { value: string; name: string };

/** What is asked for stays picked, also where it is in none of the newest changes. */
function Choice({
  label,
  name,
  all,
  value,
  choices,
}: {
  label: string;
  name: string;
  all: string;
  value: string | undefined;
  choices: Option[];
}) {
  const known = value === undefined || choices.some((one) => one.value === value);
  const options = known ? choices : [{ value, name: value }, ...choices];
  return (
    <div className="field">
      <label htmlFor={`by-${name}`}>{label}</label>
      <select className="input" id={`by-${name}`} name={name} defaultValue={value ?? ''}>
        <option value="">{all}</option>
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  );
}

function actorsOf({ actors }: AuditChoices): Option[] {
  return actors.map(({ id, kind, name }) => ({
    value: id,
    name:
      kind === 'api_key' ? `API key ${name}` : kind === 'system' ? `Countersign: ${name}` : name,
  }));
}

/** `certificate.idle-rule-set` -> `certificate: idle rule set` */
function actionName(action: string): string {
  const [object = '', ...verb] = action.split('.');
  const words = (text: string) => text.replaceAll('-', ' ');
  return verb.length === 0 ? words(object) : `${words(object)}: ${words(verb.join('.'))}`;
}
