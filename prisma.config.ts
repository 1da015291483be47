import { defineConfig } from 'prisma/config';

// `generate`, `validate` and `format` never run the schema engine, but the CLI would download it all the same.
const offline = process.argv.some((word) => ['generate', 'validate', 'format'].includes(word));
if (offline) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://127.0.0.1:5432/countersign' },
});
