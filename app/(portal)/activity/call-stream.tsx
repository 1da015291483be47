import { Calls } from '@/components/activity/calls';
import { type CallFilter, callsPath } from '@/components/activity/filter';
import { FilterBar } from '@/components/activity/filter-bar';
import { PassedCalls } from '@/components/activity/passed';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { Principal } from '@/lib/access/scope';
import { filterChoices } from '@/lib/activity/filter-choices';
import { PASSED_DAYS, passedCalls } from '@/lib/activity/passed-calls';
import { refusals } from '@/lib/activity/refused-calls';
import { attempt } from '../attempt';

type Props = { principal: Principal; filter: CallFilter };

/** Beside what passed only a first look. */
const FEW_ROWS = 15;
const ROWS = 30;

/** Refused calls one by one and first, then what passed, summed up. */
export async function CallStream({ principal, filter }: Props) {
  const choices = await filterChoices(principal);
  return (
    <>
      <FilterBar filter={filter} {...choices} />
      {filter.outcome === 'passed' ? null : <Refused principal={principal} filter={filter} />}
      {filter.outcome === 'refused' || filter.cursor ? null : (
        <Passed principal={principal} filter={filter} />
      )}
    </>
  );
}

async function Refused({ principal, filter }: Props) {
  const { cursor } = filter;
  const limit = filter.outcome === 'refused' || cursor ? ROWS : FEW_ROWS;
  const page = await attempt(() => refusals(principal, filter, { limit, cursor }));
  if (!page.ok) return <ProblemNotice problem={page.problem} />;
  const { items, nextCursor } = page.value;
  return (
    <section aria-labelledby="refused-title">
      <div className="bar-head">
        <h2 className="h2" id="refused-title">
          Refused
        </h2>
        <p className="small quiet">Each call, newest first</p>
      </div>
      <div className="sheet overflow-hidden">
        {items.length === 0 ? <NoneRefused filter={filter} /> : <Calls calls={items} />}
        {cursor || nextCursor ? (
          <nav className="more" aria-label="Pages">
            {cursor ? (
              <Link className="link" href={callsPath({ ...filter, cursor: undefined })}>
                Newest calls
              </Link>
            ) : (
              <span />
            )}
            {nextCursor ? (
              <Link
                className="link"
                href={callsPath({ ...filter, outcome: 'refused', cursor: nextCursor })}
              >
                Older calls
              </Link>
            ) : null}
          </nav>
        ) : null}
      </div>
    </section>
  );
}

function NoneRefused({ filter }: { filter: CallFilter }) {
  const narrowed = Boolean(filter.certificate || filter.apiClient || filter.code);
  if (narrowed) {
    const act = (
      <Link className="btn" href={callsPath({ environment: filter.environment })}>
        Show all calls
      </Link>
    );
    return <Empty title="No refused call matches" act={act} />;
  }
  return (
    <Empty title={`No refused call${filter.environment ? ` in ${filter.environment}` : ''}`}>
      A call appears here within two seconds when an edge refuses it and can tell that it is yours:
      by its certificate, or by the API client it names.
    </Empty>
  );
}

async function Passed({ principal, filter }: Props) {
  const kinds = await passedCalls(principal, filter);
  return (
    <section aria-labelledby="passed-title">
      <div className="bar-head">
        <h2 className="h2" id="passed-title">
          Passed
        </h2>
        <p className="small quiet">
          By certificate, API client and host, in the last {PASSED_DAYS} days
        </p>
      </div>
      <div className="sheet overflow-hidden">
        {kinds.length === 0 ? <NonePassed filter={filter} /> : <PassedCalls kinds={kinds} />}
      </div>
    </section>
  );
}

function NonePassed({ filter }: { filter: CallFilter }) {
  const query = filter.environment ? `?environment=${filter.environment}` : '';
  const act = (
    <Link className="btn" href={`/connect${query}`}>
      Make a call
    </Link>
  );
  return (
    <Empty title={`No call passed in ${PASSED_DAYS} days`} act={act}>
      Calls are summed up here, with the networks and programs they come from.
    </Empty>
  );
}
