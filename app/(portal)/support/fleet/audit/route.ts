import { z } from 'zod';
import { trailFile } from '@/lib/audit/export';
import { exportDeploymentTrail } from '@/lib/audit/export-deployment';
import { AUDIT_FORMATS } from '@/lib/contract/audit';
import { requireSignedIn } from '@/lib/identity/session';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export const dynamic = 'force-dynamic';

export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const asked = new URL(request.url).searchParams.get('format');
    const format = z.enum(AUDIT_FORMATS).catch('jsonl').parse(asked);
    return trailFile(await exportDeploymentTrail(principal, format));
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}
