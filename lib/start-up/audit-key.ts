/** The key that signs checkpoints and exports of the audit trail: one for the deployment, made when there is none. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Deployment as DeploymentRow } from '@/generated/prisma/client';
import type { DeploymentScope } from '@/lib/access/scope';
import { acrossAccounts } from '@/lib/platform/database';

export type AuditKey = { auditKey: KeyObject; auditPublicKeyDer: Uint8Array };

type Sealing = {
  open: (sealed: string) => Uint8Array;
  seal: (plain: Uint8Array) => string;
};

/** Of several portals that start at once, one writes its key and the others take that. */
export async function openAuditKey(
  scope: DeploymentScope,
  row: DeploymentRow,
  { open, seal }: Sealing,
): Promise<AuditKey> {
  const found =
    keyOf(row) ??
    keyOf(
      await acrossAccounts(scope, async (tx) => {
        const made = generateKeyPairSync('ed25519');
        await tx.deployment.updateMany({
          where: { id: row.id, auditKey: null },
          data: {
            auditKey: seal(made.privateKey.export({ format: 'der', type: 'pkcs8' })),
            auditPublicKey: new Uint8Array(made.publicKey.export({ format: 'der', type: 'spki' })),
          },
        });
        return tx.deployment.findUniqueOrThrow({ where: { id: row.id } });
      }),
    );
  if (!found) throw new Error('the deployment has no audit key');
  return {
    auditKey: createPrivateKey({
      key: Buffer.from(open(found.sealed)),
      format: 'der',
      type: 'pkcs8',
    }),
    auditPublicKeyDer: found.publicKeyDer,
  };
}

function keyOf({ auditKey, auditPublicKey }: DeploymentRow) {
  return auditKey === null || auditPublicKey === null
    ? null
    : { sealed: auditKey, publicKeyDer: auditPublicKey };
}
