/** The chain of what belongs to no account: staff, edges, CAs, settings. It is nobody's but the operators'. */
import { authorizeDeployment, type DeploymentScope, type Principal } from '@/lib/access/scope';
import type { AuditFormat } from '@/lib/contract/audit';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { fileOf, type TrailFile } from './export';
import { DEPLOYMENT_CHAIN } from './record';

/**
 * All of the deployment's chain, as it is when the export begins, under the same kind of head as an account's.
 * @throws AppError `forbidden`
 */
export async function exportDeploymentTrail(
  principal: Principal,
  format: AuditFormat,
): Promise<TrailFile> {
  return fileIn(authorizeDeployment(principal, 'deployment.audit'), format);
}

/**
 * The same for the command line, whole: what is asked there comes in one answer.
 * @returns `text`, the file
 */
export async function deploymentTrailText(
  scope: DeploymentScope,
  format: AuditFormat,
): Promise<{ fileName: string; text: string }> {
  const { fileName, body } = await fileIn(scope, format);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { fileName, text: Buffer.concat(chunks).toString('utf8') };
}

function fileIn(scope: DeploymentScope, format: AuditFormat): Promise<TrailFile> {
  const trail = {
    chain: DEPLOYMENT_CHAIN,
    read: <T>(work: (tx: Tx) => Promise<T>) => acrossAccounts(scope, work),
  };
  return fileOf(trail, { format, filter: {} });
}
