/**
 * The dependency rule of docs/architecture.md, read from the import statements of every file. Formatting is checked
 * before this runs, so a static import or re-export starts its line; a dynamic one names its module in quotes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Import = { target: string; typeOnly: boolean };
type Source = { path: string; text: string };
type Rule = {
  promise: string;
  /** Which files it is about. */
  in: RegExp;
  except?: RegExp;
  breach: (found: Import, path: string) => boolean;
};

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDERS = ['app', 'components', 'gateway', 'lib', 'scripts', 'e2e', 'bench'];
const MAX_LINES = 350;
const TEST = /\.test\.tsx?$|\/testing\.ts$|\/testing\//;
const FEATURE =
  /^lib\/(?!kernel\/|pki\/|edge\/|access\/|contract\/|platform\/|signer\/|telemetry\/)[^/]+\//;

const only =
  (...allowed: RegExp[]) =>
  ({ target }: Import) =>
    !allowed.some((pattern) => pattern.test(target));
const never =
  (...forbidden: RegExp[]) =>
  ({ target }: Import) =>
    forbidden.some((pattern) => pattern.test(target));

const PRISMA = /^generated\/|^@prisma\/|^pglite-prisma-adapter$|^@electric-sql\/|^pg$/;
const PAGES = /^(app|components)\/|^(next|react|react-dom)($|\/)/;

const RULES: Rule[] = [
  {
    promise: 'rule 1: kernel imports nothing',
    in: /^lib\/kernel\//,
    breach: only(/^lib\/kernel\//),
  },
  {
    promise: 'rule 1: access imports kernel alone',
    in: /^lib\/access\//,
    breach: only(/^lib\/(kernel|access)\//),
  },
  {
    promise: 'rule 1: edge imports kernel, and of Node what computes without asking the world',
    in: /^lib\/edge\//,
    breach: only(/^lib\/(kernel|edge)\//, /^node:(crypto|net)$/),
  },
  {
    promise: 'rule 1: pki imports kernel, ASN.1, X.509 and ciphers, and of Node what computes',
    in: /^lib\/pki\//,
    breach: only(
      /^lib\/(kernel|pki)\//,
      /^node:(crypto|net)$/,
      /^@peculiar\//,
      // des.js; `resolve` takes off the ending.
      /^des$/,
      /^reflect-metadata$/,
    ),
  },
  {
    promise: 'rule 1: @peculiar/x509 is imported in lib/pki and lib/signer only',
    in: /./,
    except: /^lib\/(pki|signer)\//,
    breach: never(/^@peculiar\//),
  },
  {
    promise: 'rule 2: contract imports the words it describes and zod, nothing that acts',
    in: /^lib\/contract\//,
    breach: only(/^lib\/(kernel|access|contract)\//, /^zod$/, /^node:url$/),
  },
  {
    promise:
      'rule 2: telemetry imports kernel and what makes spans, and knows nothing of what is traced',
    in: /^lib\/telemetry\//,
    breach: only(
      /^lib\/(kernel|telemetry)\//,
      /^lib\/platform\/process-wide$/,
      /^@opentelemetry\//,
      /^zod$/,
    ),
  },
  {
    promise: 'rule 2: OpenTelemetry is imported in lib/telemetry only, and loaded on demand',
    in: /./,
    except: /^lib\/telemetry\/(open-telemetry|export|next-spans)\.ts$/,
    breach: never(/^@opentelemetry\//),
  },
  {
    promise: 'rule 2: what loads OpenTelemetry is itself loaded where the environment asks for it',
    in: /./,
    except: /^lib\/telemetry\/(start|open-telemetry)\.ts$/,
    breach: never(/^lib\/telemetry\/(open-telemetry|export|next-spans)$/),
  },
  {
    promise: 'rule 3: features do not import pages or components',
    in: FEATURE,
    // Sessions live in cookies, which only Next can read and set inside a request.
    except:
      /^lib\/identity\/(half-session|known-device|session|session-cookie|sign-in|sso-journey)\.ts$/,
    breach: never(PAGES, /^(gateway|scripts)\//),
  },
  {
    promise: 'rule 3: identity reaches Next for cookies and redirects, never pages or components',
    in: /^lib\/identity\//,
    breach: never(/^(app|components|gateway|scripts)\//),
  },
  {
    promise: 'rule 3: rows are reached through lib/platform alone',
    in: /./,
    except: /^lib\/platform\/|^scripts\/|^bench\/|^e2e\//,
    breach: (found) => PRISMA.test(found.target) && !found.typeOnly,
  },
  {
    promise: 'rule 3: a feature may call another feature, never its queries',
    in: /^(lib|app|components|gateway)\//,
    breach: ({ target }, path) => /\/queries$/.test(target) && dirname(target) !== dirname(path),
  },
  {
    promise: 'rule 3: features know the signer by its port; start-up alone opens keys',
    in: FEATURE,
    except: /^lib\/start-up\//,
    breach: ({ target }) => /^lib\/signer\//.test(target) && target !== 'lib/signer/port',
  },
  {
    promise: 'rule 4: platform knows nothing of features',
    in: /^lib\/platform\//,
    breach: ({ target }) =>
      FEATURE.test(target) || /^(app|components|gateway|scripts|lib\/pki)\//.test(target),
  },
  {
    promise: 'rule 4: signer knows nothing of features, pages or the database',
    in: /^lib\/signer\//,
    breach: ({ target }) =>
      FEATURE.test(target) ||
      PRISMA.test(target) ||
      PAGES.test(target) ||
      /^gateway\//.test(target),
  },
  {
    promise:
      'rule 5: pages and routes call features, and reach neither the signer nor the database',
    in: /^app\//,
    breach: never(/^lib\/signer\//, /^lib\/platform\/(database|migrate)$/, /^(gateway|scripts)\//),
  },
  {
    promise: 'rule 5: components import contract, kernel and pki',
    in: /^components\//,
    breach: ({ target }) =>
      /^(app|gateway|generated|scripts)\//.test(target) ||
      (/^lib\//.test(target) && !/^lib\/(contract|kernel|pki)\//.test(target)),
  },
  {
    promise:
      'rule 5: gateway imports edge, pki, contract, kernel and telemetry, and never the database',
    in: /^gateway\//,
    breach: ({ target }) =>
      /^(app|components|scripts)\//.test(target) ||
      PRISMA.test(target) ||
      (/^lib\//.test(target) && !/^lib\/(edge|pki|contract|kernel|telemetry)\//.test(target)),
  },
];

/** Who may act on nobody's behalf. A new caller is a decision: it is written here. */
const SYSTEM_SCOPE_CALLERS = [
  'lib/access/scope.ts',
  'lib/accounts/accept.ts',
  'lib/accounts/invitations.ts',
  'lib/activity/decision-feed.ts',
  'lib/activity/reports.ts',
  'lib/activity/retention.ts',
  'lib/api-access/authenticate.ts',
  'lib/api-access/retention.ts',
  'lib/audit/checkpoint.ts',
  'lib/audit/proof.ts',
  'lib/certificates/recover.ts',
  'lib/certificates/revoke-idle.ts',
  'lib/enforcement/sweep.ts',
  'lib/firewall/announce.ts',
  'lib/health/collect.ts',
  'lib/health/readiness.ts',
  'lib/identity/account-security.ts',
  'lib/identity/authenticate.ts',
  'lib/identity/change-email.ts',
  'lib/identity/end-session.ts',
  'lib/identity/half-session.ts',
  'lib/identity/new-device.ts',
  'lib/identity/own.ts',
  'lib/identity/passkeys.ts',
  'lib/identity/read-session.ts',
  'lib/identity/reset-password.ts',
  'lib/identity/sign-in.ts',
  'lib/identity/sso-choice.ts',
  'lib/identity/sso-journey.ts',
  'lib/identity/sso-sign-in.ts',
  'lib/issuers/book.ts',
  'lib/issuers/register.ts',
  'lib/mail/outbox.ts',
  'lib/mail/sender.ts',
  'lib/publishing/edges.ts',
  'lib/publishing/publisher.ts',
  'lib/publishing/receipt.ts',
  'lib/revocation/across.ts',
  'lib/start-up/demo.ts',
  'lib/start-up/deployment.ts',
  'lib/support-acts/carry-out.ts',
  'lib/support/view-as.ts',
  'scripts/operator/ask.ts',
  'scripts/portal.ts',
];

const PURE = /^lib\/(kernel|pki|edge|access)\//;
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\brandom(Bytes|UUID|Int|FillSync)\b|\bgetRandomValues\b|\bfetch\(|\bset(Timeout|Interval|Immediate)\b/;
const VAGUE_FOLDERS = ['utils', 'helpers', 'services', 'common', 'types'];

const sources = FOLDERS.flatMap((folder) => sourcesUnder(folder));
const code = sources.filter(({ path }) => !TEST.test(path));

describe('the dependency rule', () => {
  it('has files to judge in every folder it speaks of', () => {
    for (const folder of ['lib/kernel', 'lib/pki', 'lib/edge', 'lib/access', 'lib/contract']) {
      expect(code.filter(({ path }) => path.startsWith(`${folder}/`))).not.toHaveLength(0);
    }
    for (const folder of ['lib/platform', 'lib/signer', 'app', 'components', 'gateway']) {
      expect(code.filter(({ path }) => path.startsWith(`${folder}/`))).not.toHaveLength(0);
    }
  });

  it.each(RULES)('$promise', (rule) => {
    expect(code.flatMap((source) => breaches(rule, source))).toEqual([]);
  });

  it.each([
    ['lib/kernel/a.ts', "import { z } from 'zod';"],
    ['lib/access/a.ts', "import type { A } from '@/lib/contract/a';"],
    ['lib/edge/a.ts', "import { readFileSync } from 'node:fs';"],
    ['lib/pki/a.ts', "import {\n  a,\n  b,\n} from '@/lib/platform/a';"],
    ['lib/certificates/a.ts', "import '@peculiar/x509';"],
    ['lib/contract/a.ts', "export { a } from '@/lib/certificates/a';"],
    ['lib/certificates/a.ts', "import { b } from '../../components/b';"],
    ['lib/identity/session.ts', "import { b } from '@/app/b';"],
    ['lib/certificates/a.ts', "import { PrismaClient } from '@/generated/prisma/client';"],
    ['lib/certificates/a.ts', "import { b } from '../publishing/queries';"],
    ['lib/certificates/a.ts', "import { b } from '@/lib/signer/in-process';"],
    ['lib/platform/a.ts', "const a = await import('@/lib/certificates/issue');"],
    ['lib/signer/a.ts', "import { b } from '@/lib/audit/record';"],
    ['app/page.tsx', "import { inScope } from '@/lib/platform/database';"],
    ['components/a.tsx', "import { b } from '@/lib/certificates/list';"],
    ['gateway/a.ts', "import { b } from '@/lib/platform/env';"],
    ['lib/telemetry/a.ts', "import { b } from '@/lib/platform/log';"],
    ['lib/platform/a.ts', "import { trace } from '@opentelemetry/api';"],
  ])('would find the breach in %s: %s', (path, text) => {
    expect(RULES.flatMap((rule) => breaches(rule, { path, text }))).not.toEqual([]);
  });
});

describe('the house', () => {
  it('pure folders ask neither the clock nor chance, environment or network', () => {
    expect(code.filter(isImpure).map(({ path }) => path)).toEqual([]);
    expect(isImpure({ path: 'lib/edge/a.ts', text: 'const now = Date.now();' })).toBe(true);
    expect(isImpure({ path: 'lib/edge/a.ts', text: '// never Date.now() here' })).toBe(false);
  });

  it('a scope over the whole deployment is made by the callers listed here alone', () => {
    const callers = code.filter(({ text }) => /\bsystemScope\(/.test(withoutComments(text)));
    expect(callers.map(({ path }) => path).sort()).toEqual(SYSTEM_SCOPE_CALLERS);
  });

  it('dynamic imports name their module', () => {
    const unnamed = code.filter(({ text }) => /\bimport\(\s*[^'\s]/.test(withoutComments(text)));
    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });

  it('no folder has a name that says nothing', () => {
    const vague = sources.filter(({ path }) =>
      dirname(path)
        .split('/')
        .some((folder) => VAGUE_FOLDERS.includes(folder)),
    );
    expect(vague.map(({ path }) => path)).toEqual([]);
  });

  it('no file is a barrel', () => {
    const barrels = sources.filter(
      ({ path, text }) => /(^|\/)index\.tsx?$/.test(path) || /^export \*/m.test(text),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it(`no file is longer than ${MAX_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

function breaches(rule: Rule, { path, text }: Source): string[] {
  if (!rule.in.test(path) || rule.except?.test(path)) return [];
  return importsOf(path, text)
    .filter((found) => rule.breach(found, path))
    .map(({ target }) => `${path} imports ${target}`);
}

function importsOf(path: string, text: string): Import[] {
  const bare = withoutComments(text);
  const fixed = [...bare.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?\sfrom\s+'([^']+)'/gm)];
  const loose = [...bare.matchAll(/^import\s+'([^']+)'|\b(?:import|require)\(\s*'([^']+)'/gm)];
  return [
    ...fixed.map(([, type, name]) => ({ target: resolve(path, name), typeOnly: Boolean(type) })),
    ...loose.map(([, plain, dynamic]) => ({
      target: resolve(path, plain ?? dynamic),
      typeOnly: false,
    })),
  ];
}

function resolve(path: string, name = ''): string {
  const target = name.replace(/\.[jt]sx?$/, '');
  if (target.startsWith('@/')) return target.slice(2);
  return target.startsWith('.') ? join(dirname(path), target) : target;
}

function isImpure({ path, text }: Source): boolean {
  return PURE.test(path) && IMPURE.test(withoutComments(text));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function sourcesUnder(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }));
}
