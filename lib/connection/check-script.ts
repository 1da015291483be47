/** A POSIX shell script that says why a call does not pass: it runs where the program runs, and sends no key anywhere. */
import { authorize, type Principal } from '@/lib/access/scope';
import { enforcementConsequences } from '@/lib/enforcement/read';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { REFUSALS } from '@/lib/kernel/refusals';
import { TEST_PATH } from '@/lib/kernel/test-path';
import { deployment } from '@/lib/platform/deployment';
import { CHECK_BODY } from './check-body';

/** @throws AppError `not_found` where no address of that environment's edge is set */
export async function checkScript(principal: Principal, environment: Environment): Promise<string> {
  authorize(principal, 'enforcement.read');
  const places = await enforcementConsequences(principal);
  const place = places.find((one) => one.environment === environment);
  if (!place?.mtlsUrl) {
    throw new AppError('not_found', {
      detail: `No address of the ${environment} edge is set here. Ask your provider for it.`,
    });
  }
  const { hostname, port } = new URL(place.mtlsUrl);
  const names = {
    ENVIRONMENT: environment,
    HOST: hostname,
    PORT: port || '443',
    TEST_PATH,
    CLIENT: place.apiClients[0] ?? '',
    CLOCK_URL: `${deployment().publicUrl}/healthz`,
  };
  return [
    '#!/bin/sh',
    '# Countersign: why does the call not pass? It needs openssl and curl, and changes nothing.',
    '# It ends with 0 when the call passed, and otherwise with a number of its own for every fault.',
    'set -u',
    ...Object.entries(names).map(([name, value]) => `${name}=${word(value)}`),
    '',
    ...explanations(),
    CHECK_BODY.trimStart(),
  ].join('\n');
}

/** The edge's reasons in the words that are used everywhere. */
function explanations(): string[] {
  const arms = Object.entries(REFUSALS).map(
    ([code, { whatHappened, whatToDo }]) =>
      `    ${code}) fault 50 ${word(`${whatHappened} (${code})`)} ${word(whatToDo)} ;;`,
  );
  return ['explain() {', '  case $1 in', ...arms, '  esac', '}', ''];
}

function word(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
