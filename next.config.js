/** @type {import('next').NextConfig} */
const config = {
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run validate` and `npm test` check types with the compiler of package.json; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // The portal's user may not write where its pages are, and none is kept: icons stay as they were built.
  experimental: { isrFlushToDisk: false },
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
