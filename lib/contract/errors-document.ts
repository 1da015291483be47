/** docs/errors.md, printed from the tables: `node --import tsx lib/contract/errors-document.ts > docs/errors.md`. */
import { pathToFileURL } from 'node:url';
import { ERRORS } from '@/lib/kernel/errors';
import { REFUSALS, type Refusal } from '@/lib/kernel/refusals';
import { ERROR_ADVICE } from './error-advice';

export function errorsDocument(): string {
  const ours = Object.entries(ERRORS).map(
    ([code, { status, title }]) =>
      `### ${code}\n\n**${status}.** ${title}. ${ERROR_ADVICE[code as keyof typeof ERRORS]}\n`,
  );
  const edge = Object.entries<Refusal>(REFUSALS).map(
    ([code, refusal]) =>
      `### ${code}\n\n**${refusal.endsTls ? `Strict: TLS ends. Explained: ${refusal.status}.` : `${refusal.status}.`}** ${refusal.whatHappened} ${refusal.whatToDo}\n`,
  );
  return `# Errors

Printed from \`lib/kernel/errors.ts\` and \`lib/kernel/refusals.ts\`; a test holds it to them. Every error is a problem document (RFC 9457). Branch on \`code\`, never on text;
quote \`requestId\` when you ask support. The \`type\` of a problem points to the same words at \`/errors\` of the portal.

## From the portal and its API

${ours.join('\n')}
## From the edge

Production is strict: where "TLS ends", the connection is closed after the handshake, no HTTP byte is sent and no request is handled. Sandbox explains over HTTP.

${edge.join('\n')}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(errorsDocument());
}
