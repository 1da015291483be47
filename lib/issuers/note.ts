import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';

/** What an operator did to keys where no portal sees it. */
export const CEREMONY_ACTS = ['key-exported', 'key-imported', 'backed-up', 'restored'] as const;
export type CeremonyAct = (typeof CEREMONY_ACTS)[number];

/** Records it in the deployment's audit chain. @throws AppError `not_found` for a CA that is not known */
export async function noteCeremony(
  scope: DeploymentScope,
  input: { act: CeremonyAct; id: string | null; note: string },
): Promise<{ recorded: true }> {
  const { act, id, note } = input;
  await acrossAccounts(scope, async (tx) => {
    if (id !== null && (await tx.issuer.count({ where: { id } })) === 0) {
      throw new AppError('not_found', { detail: `No CA has the id ${id}.` });
    }
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: `issuer.${act}`,
      object: { kind: 'issuer', id: id ?? 'all' },
      detail: { note },
    });
  });
  return { recorded: true };
}
