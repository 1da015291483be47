import { publisher } from '@/lib/publishing/publisher';

export const dynamic = 'force-dynamic';

/** Alive: it touches no database. */
export function GET(): Response {
  return Response.json({ status: 'ok', snapshot: publisher().number });
}
