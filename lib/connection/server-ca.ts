/** The CA of an edge's own certificate, for programs on machines that do not trust it already. */
import { readFile } from 'node:fs/promises';
import { authorize, type Principal } from '@/lib/access/scope';
import type { Environment } from '@/lib/kernel/environments';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';

/** What the file is called in every snippet. */
export const SERVER_CA_FILE_NAME = 'edge-ca.pem';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * @returns PEM certificates and nothing else of the configured file, which may hold a key beside them; null when none
 *   is configured or it cannot be read
 */
export async function edgeServerCa(
  principal: Principal,
  environment: Environment,
): Promise<string | null> {
  authorize(principal, 'enforcement.read');
  const path = deployment().serverCaFiles[environment];
  if (path === null) return null;
  try {
    const certificates = (await readFile(path, 'utf8')).match(CERTIFICATE);
    return certificates ? `${certificates.join('\n')}\n` : null;
  } catch (error) {
    log().warn({ err: error, path }, 'the CA of the edge cannot be read');
    return null;
  }
}
