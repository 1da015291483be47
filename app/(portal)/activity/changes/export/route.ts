import { z } from 'zod';
import { exportTrail, trailFile } from '@/lib/audit/export';
import { AUDIT_FORMATS } from '@/lib/contract/audit';
import { requireSignedIn } from '@/lib/identity/session';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';
import { askedChanges, auditFilterOf } from '../asked';

export const dynamic = 'force-dynamic';

export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const params = Object.fromEntries(new URL(request.url).searchParams);
    const format = z.enum(AUDIT_FORMATS).catch('jsonl').parse(params.format);
    const filter = auditFilterOf(askedChanges(params));
    return trailFile(await exportTrail(principal, { format, filter }));
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}
