import { authorize, type Principal } from '@/lib/access/scope';
import type { PolicyFamily } from '@/lib/contract/enforcement-news';
import { inScope } from '@/lib/platform/database';

/** Names shown of those below; their number is in `readiness`. */
const MOST_BELOW = 3;

/** Whose policy holds here, nearest account first, and to whom one's own reaches. Names alone. */
export async function policyFamily(principal: Principal): Promise<PolicyFamily> {
  const scope = authorize(principal, 'enforcement.read');
  const rows = await inScope(
    scope,
    (tx) => tx.$queryRaw<{ relation: string; environment: string | null; name: string }[]>`
      SELECT relation, environment, name FROM countersign_policy_family(${MOST_BELOW}::int)`,
  );
  const above = (environment: string) =>
    rows.filter((row) => row.environment === environment).map((row) => row.name);
  return {
    above: { production: above('production'), sandbox: above('sandbox') },
    below: rows.filter((row) => row.relation === 'below').map((row) => row.name),
  };
}
