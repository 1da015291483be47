/** The newest checkpoint over a chain, with what it takes to check it without the other chains. */
import { systemScope } from '@/lib/access/scope';
import { acrossAccounts } from '@/lib/platform/database';
import type { Json } from './canonical-json';
import { checkpointText, headLeaf } from './checkpoint';
import { inclusionPath } from './merkle';

/**
 * @param upTo the newest event that may be spoken of
 * @returns null before the first checkpoint over the chain. Of other chains there are hashes in it, and nothing else
 */
export async function newestProof(
  chain: string,
  upTo: bigint,
): Promise<{ readonly [member: string]: Json } | null> {
  return acrossAccounts(systemScope('audit', 'proof'), async (tx) => {
    const leaf = await tx.auditCheckpointHead.findFirst({
      where: { chain, sequence: { lte: upTo } },
      orderBy: { sequence: 'desc' },
      include: { checkpoint: true },
    });
    if (!leaf) return null;
    const heads = await tx.auditCheckpointHead.findMany({
      where: { number: leaf.number },
      orderBy: { position: 'asc' },
    });
    const path = inclusionPath(heads.map(headLeaf), leaf.position);
    return {
      text: checkpointText(leaf.checkpoint),
      signature: Buffer.from(leaf.checkpoint.signature).toString('base64'),
      sequence: Number(leaf.sequence),
      hash: Buffer.from(leaf.hash).toString('hex'),
      position: leaf.position,
      path: path.map((hash) => Buffer.from(hash).toString('hex')),
    };
  });
}
