/** `npm run -s edge -- config nginx --flags`: the configuration of a proxy beside an edge, on standard output. */
import { ConfigError } from '@/gateway/config';
import { printConfig } from '@/gateway/proxies/print';

try {
  process.stdout.write(printConfig(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
