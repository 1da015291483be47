import { takeReport } from '@/lib/activity/reports';
import { reportBody } from '@/lib/contract/edge-protocol';
import { jsonBody } from '@/lib/platform/body';
import { edgeRoute } from '@/lib/publishing/edge-route';

// 1,500 items of at most about 1 KiB each.
const MAX_REPORT_BYTES = 1_572_864;

export const POST = edgeRoute(async ({ edge, request, requestId }) => {
  await takeReport(edge, await jsonBody(request, reportBody, MAX_REPORT_BYTES), requestId);
  return new Response(null, { status: 204 });
});
