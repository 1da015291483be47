import { createPublicKey } from 'node:crypto';
import type { AuditKeyView } from '@/lib/contract/audit';
import { deployment } from '@/lib/platform/deployment';
import { sha256 } from '@/lib/platform/random';

/** The key that checkpoints and exports are signed with: for anybody, so that they can be checked anywhere. */
export function auditKey(): AuditKeyView {
  const { auditPublicKeyDer, publicUrl } = deployment();
  const key = createPublicKey({
    key: Buffer.from(auditPublicKeyDer),
    format: 'der',
    type: 'spki',
  });
  return {
    sha256: Buffer.from(sha256(auditPublicKeyDer)).toString('hex'),
    pem: key.export({ format: 'pem', type: 'spki' }).toString(),
    pemUrl: `${publicUrl}/audit-key.pem`,
    verifierUrl: `${publicUrl}/audit-verify.mjs`,
  };
}
