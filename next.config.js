/** @type {import('next').NextConfig} */
const config = {
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run validate` and `npm test` check types with the compiler of package.json; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    '@electric-sql/pglite',
    'pglite-prisma-adapter',
    '@node-rs/argon2',
    '@peculiar/x509',
    '@peculiar/webcrypto',
    '@prisma/client',
    '@prisma/adapter-pg',
    'pg',
    'pino',
    'rate-limiter-flexible',
  ],
};

export default config;
