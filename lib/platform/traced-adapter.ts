/** Statements as spans, under whatever asked for them. What is told of one is its verb and its first table, never its text. */
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { type SpanStart, traced, tracing } from '@/lib/telemetry/span';

/** The same factory where nobody collects spans. */
export function tracedAdapter(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  if (tracing() === null) return factory;
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => tracedConnection(await factory.connect()),
  };
}

/** A statement as the span it is. @param text SQL with places for values, or the function of ours that is called */
export function statementSpan(text: string): SpanStart {
  const [, verb = ''] = /^\s*([a-z]+)/i.exec(text) ?? [];
  const operation = verb.toUpperCase();
  const [, table] = TABLE.exec(text) ?? [];
  if (/^countersign_\w+$/.test(text)) return spanOf('SELECT', text);
  return spanOf(VERBS.has(operation) ? operation : 'statement', table);
}

function spanOf(operation: string, table?: string): SpanStart {
  return {
    name: table === undefined ? operation : `${operation} ${table}`,
    kind: 'client',
    // Pollers ask all day; what belongs to nothing is not told.
    where: 'beneath',
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      ...(table === undefined ? {} : { 'db.collection.name': table }),
    },
  };
}

const VERBS = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH', 'SET', 'LOCK']);
// Not what `extract(epoch FROM column)` is of.
const TABLE =
  /(?<!\bextract\(\s*\w+\s+)\b(?:from|into|update)\s+(?:"?public"?\.)?"?([a-z][a-z0-9_]*)"?/i;

/** The very object, so that whatever else it has stays as it is. */
function tracedConnection(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const startTransaction = adapter.startTransaction.bind(adapter);
  return Object.assign(tracedQueries(adapter), {
    // With it the wait for a free connection is told.
    startTransaction: async (level?: IsolationLevel) =>
      tracedTransaction(await traced(spanOf('BEGIN'), () => startTransaction(level))),
  });
}

function tracedTransaction(transaction: Transaction): Transaction {
  const commit = transaction.commit.bind(transaction);
  return Object.assign(tracedQueries(transaction), {
    commit: () => traced(spanOf('COMMIT'), commit),
  });
}

function tracedQueries<T extends SqlQueryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  return Object.assign(queryable, {
    queryRaw: (query: SqlQuery) => traced(statementSpan(query.sql), () => queryRaw(query)),
    executeRaw: (query: SqlQuery) => traced(statementSpan(query.sql), () => executeRaw(query)),
  });
}
