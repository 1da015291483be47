/**
 * A key of one environment sees that one alone. What it changes is held to it by `authorize`; here is what it reads:
 * lists are filtered, and what lies in the other environment is refused by name.
 */
import type { Principal } from '@/lib/access/scope';
import { getCertificate } from '@/lib/certificates/read';
import type { Operation } from '@/lib/contract/operations';
import type { AccountView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';

type Call = { principal: Principal; params: unknown; query: unknown; body: unknown };

const CERTIFICATE = '/api/v1/certificates/{id}';
const AUDIT = '/api/v1/audit-events';

/** How the environment of what an operation reads is known; `all`: it reads of every one; null: of none. */
export function environmentBy(
  operation: Operation,
): 'value' | 'filter' | 'certificate' | 'all' | null {
  const { params, query, path } = operation;
  if (params && 'environment' in params.shape) return 'value';
  if (query && 'environment' in query.shape) return 'filter';
  if (path.startsWith(AUDIT)) return 'all';
  return path.startsWith(CERTIFICATE) ? 'certificate' : null;
}

/**
 * Holds a call to the environment of its key, in place.
 * @throws AppError `forbidden`; `not_found` for a certificate that is not there
 */
export async function confined(operation: Operation, call: Call): Promise<void> {
  const { actsIn } = call.principal;
  if (actsIn === undefined) return;
  for (const part of [call.params, call.query, call.body]) {
    const asked: unknown = Object(part).environment;
    if (typeof asked === 'string' && asked !== actsIn) throw otherEnvironment(actsIn, asked);
  }
  const by = environmentBy(operation);
  if (by === 'all') {
    throw new AppError('forbidden', {
      detail: `This API key is for ${actsIn} only, and this is of the whole account. Use a key that is for both environments.`,
    });
  }
  if (by === 'filter') Object.assign(Object(call.query), { environment: actsIn });
  if (by === 'certificate' && operation.method === 'GET') {
    const { environment } = await getCertificate(call.principal, String(Object(call.params).id));
    if (environment !== actsIn) throw otherEnvironment(actsIn, environment);
  }
}

/** The account without what is of another environment than the key's. */
export function withinEnvironment({ actsIn }: Principal, account: AccountView): AccountView {
  if (actsIn === undefined) return account;
  const enforcement = account.enforcement.filter(({ environment }) => environment === actsIn);
  return { ...account, enforcement };
}

function otherEnvironment(actsIn: Environment, asked: string): AppError {
  return new AppError('forbidden', {
    detail: `This API key is for ${actsIn} only, and this is of ${asked}. Use a key that is for ${asked}.`,
  });
}
