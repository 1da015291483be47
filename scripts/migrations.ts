/**
 * `node --import tsx scripts/migrations.ts drift` exits 2 when prisma/migrations and schema.prisma disagree;
 * `... script` prints the SQL that would bring the migrations up to the schema, to be read, completed by hand
 * (policies, grants) and committed. Prisma's own CLI would download an engine for this; its wasm build does not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PGliteAdapterFactory } from '../lib/platform/pglite-adapter';

export async function migrationDrift(root: string): Promise<{ differs: boolean; script: string }> {
  await loadWasm();
  const schemaPath = join(root, 'prisma/schema.prisma');
  // The engine wants an url property in the datamodel's datasource only for connections it opens itself.
  const files = [{ path: schemaPath, content: readFileSync(schemaPath, 'utf8') }];
  const folder = join(root, 'prisma/migrations');
  const directories = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({
      path: entry.name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: readFileSync(join(folder, entry.name, 'migration.sql'), 'utf8'),
        },
      },
    }))
    .sort((a, b) => a.path.localeCompare(b.path));
  const pg = await PGlite.create();
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: files.map((file): [string, string] => [file.path, file.content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new PGliteAdapterFactory(pg)),
  );
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };
  const result = await schemaEngine.diff({
    from: {
      tag: 'migrations',
      baseDir: folder,
      lockfile,
      shadowDbInitScript: '',
      migrationDirectories: directories,
    },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  await pg.close();
  return { differs: result.exitCode === 2, script: result.stdout ?? '' };
}

async function loadWasm(): Promise<void> {
  const require = createRequire(import.meta.url);
  const path = join(
    dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
    'schema_engine_bg.wasm',
  );
  const module = await WebAssembly.compile(readFileSync(path));
  const imports = { './schema_engine_bg.js': engine as unknown as WebAssembly.ModuleImports };
  const { exports } = await WebAssembly.instantiate(module, imports);
  engine.__wbg_set_wasm(exports);
  const start = exports.__wbindgen_start;
  if (typeof start === 'function') start();
}

const verb = process.argv[2];
if (verb === 'drift' || verb === 'script') {
  const { differs, script } = await migrationDrift(process.cwd());
  if (verb === 'script') process.stdout.write(script);
  else if (differs) {
    process.stderr.write(`prisma/migrations and schema.prisma differ:\n${script}`);
    process.exit(2);
  }
}
