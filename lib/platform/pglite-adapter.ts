/**
 * pglite-prisma-adapter 0.7.2 does not await `executeScript` (a failing migration would look applied) and sets the
 * isolation level outside the transaction, where it is ignored. Both are mended here and nowhere else.
 */
import type { PGlite } from '@electric-sql/pglite';
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

export class PGliteAdapterFactory
  extends PrismaPGlite
  implements SqlMigrationAwareDriverAdapterFactory
{
  readonly #pg: PGlite;

  constructor(pg: PGlite) {
    super(pg);
    this.#pg = pg;
  }

  override async connect(): Promise<SqlDriverAdapter> {
    return mended(await super.connect(), this.#pg);
  }

  override async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const { PGlite: Shadow } = await import('@electric-sql/pglite');
    const shadow = await Shadow.create();
    return mended(await new PrismaPGlite(shadow).connect(), shadow);
  }
}

function mended(adapter: SqlDriverAdapter, pg: PGlite): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => adapter.queryRaw(query),
    executeRaw: (query) => adapter.executeRaw(query),
    dispose: () => adapter.dispose(),
    ...(adapter.getConnectionInfo ? { getConnectionInfo: () => connectionInfo(adapter) } : {}),
    async executeScript(script) {
      await pg.exec(script);
    },
    async startTransaction(isolationLevel?: IsolationLevel): Promise<Transaction> {
      const transaction = await adapter.startTransaction();
      if (isolationLevel) {
        await transaction.executeRaw({
          sql: `SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`,
          args: [],
          argTypes: [],
        });
      }
      return transaction;
    },
  };
}

function connectionInfo(adapter: SqlDriverAdapter) {
  return adapter.getConnectionInfo?.() ?? { supportsRelationJoins: true };
}
