import { systemScope } from '@/lib/access/scope';
import { acrossAccounts } from '@/lib/platform/database';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { authorizeOwn } from './own';
import type { SignedIn } from './read-session';
import { connectionById, connectionForEmail, deploymentConnection } from './sso-connections';
import { countTry } from './tries';

/** A button: where it leads, and what it says. */
export type SsoChoice = { connection: string; name: string };

/** What the sign-in page offers everybody. */
export function ssoForAll(): SsoChoice | null {
  const connection = deploymentConnection();
  return connection && { connection: connection.id, name: connection.name };
}

/**
 * The provider of the account whose verified domain an address has: known by the domain alone, whoever exists.
 * @throws AppError `rate_limited`
 */
export async function ssoForEmail(email: string, request: RequestFacts): Promise<SsoChoice | null> {
  await countTry(`sso|${request.address}`);
  const scope = systemScope('authentication', request.requestId);
  const connection = await acrossAccounts(scope, (tx) => connectionForEmail(tx, email));
  return connection && { connection: connection.id, name: connection.name };
}

export type OwnIdentities = {
  linked: { connectionId: string; issuer: string; subject: string; name: string; since: string }[];
  offered: SsoChoice[];
};

/** Through which providers this person signs in, and which they could link. */
export async function ownIdentities(found: SignedIn): Promise<OwnIdentities> {
  const own = authorizeOwn(found);
  return acrossAccounts(own.scope, async (tx) => {
    const rows = await tx.ssoIdentity.findMany({ where: { personId: own.personId } });
    const members = await tx.membership.findMany({
      where: { personId: own.personId, disabledAt: null },
    });
    const connections = await tx.ssoConnection.findMany({
      where: { accountId: { in: members.map(({ accountId }) => accountId) } },
    });
    const ids = [
      ...(deploymentConnection() ? ['deployment'] : []),
      ...connections.map(({ id }) => id),
    ];
    const known = (await Promise.all(ids.map((id) => connectionById(tx, id)))).flatMap(
      (one) => one ?? [],
    );
    const linked = rows.map(({ connectionId, issuer, subject, createdAt }) => ({
      ...{ connectionId, issuer, subject },
      name: known.find(({ id }) => id === connectionId)?.name ?? issuer,
      since: createdAt.toISOString(),
    }));
    const offered = known
      .filter(
        ({ id, issuer }) => !rows.some((row) => row.connectionId === id && row.issuer === issuer),
      )
      .map(({ id, name }) => ({ connection: id, name }));
    return { linked, offered };
  });
}

/** The connection that opened a confined session. */
export async function ownProvider(found: SignedIn): Promise<string | null> {
  const own = authorizeOwn(found);
  const accountId = own.confinedTo ?? '';
  const row = await acrossAccounts(own.scope, (tx) =>
    tx.ssoConnection.findUnique({ where: { accountId } }),
  );
  return row?.id ?? null;
}
