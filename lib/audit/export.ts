/**
 * The trail as a file, oldest first and streamed. Its last line is a head that is signed over all lines before it, so
 * that a file which was cut or changed can be told without asking anybody: scripts/audit-verify.mjs does.
 */
import { createHash, type Hash } from 'node:crypto';
import type { AuditEvent } from '@/generated/prisma/client';
import { authorize, type Principal } from '@/lib/access/scope';
import type { AuditFilter, AuditFormat } from '@/lib/contract/audit';
import { csvRow } from '@/lib/kernel/csv';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { canonicalJson, type Json } from './canonical-json';
import { newestProof } from './proof';
import { trailWhere } from './queries';
import { recordOf } from './record';
import { type Signable, signed } from './signing';

const ROWS_AT_ONCE = 500;
const NO_HASH = '0'.repeat(64);

export type TrailFile = { fileName: string; contentType: string; body: AsyncGenerator<Uint8Array> };
export type Wanted = { format: AuditFormat; filter: AuditFilter };
/** A chain, and how whoever asked for it reads of it. */
export type Trail = { chain: string; read: <T>(work: (tx: Tx) => Promise<T>) => Promise<T> };
type Written = { digest: Hash; count: number; first: number | null; last: AuditEvent | null };

const FORMATS: Record<AuditFormat, { contentType: string; start: string; line: Line; end: Line }> =
  {
    jsonl: {
      contentType: 'application/x-ndjson',
      start: '',
      line: (event) => `${canonicalJson(event)}\n`,
      end: (head) => `${canonicalJson(head)}\n`,
    },
    csv: {
      contentType: 'text/csv; charset=utf-8',
      // Without the mark Excel takes UTF-8 for something else; who parses CSV in a program has JSON Lines instead.
      start: `\uFEFF${csvRow(['sequence', 'at', 'actor', 'actorId', 'action', 'objectKind', 'objectId', 'detail', 'requestId', 'previousHash', 'hash'])}`,
      line: csvEvent,
      end: (head) => csvRow(['signed head', canonicalJson(head)]),
    },
  };
type Line = (value: { readonly [member: string]: Json }) => string;

/**
 * All changes of the account that pass the filter, as they are when the export begins.
 * @throws AppError `forbidden`, `account_suspended`
 */
export async function exportTrail(principal: Principal, wanted: Wanted): Promise<TrailFile> {
  const scope = authorize(principal, 'audit.export');
  return fileOf({ chain: scope.accountId, read: (work) => inScope(scope, work) }, wanted);
}

export async function fileOf(trail: Trail, wanted: Wanted): Promise<TrailFile> {
  const { chain } = trail;
  const at = currentTime();
  const end = await trail.read((tx) =>
    tx.auditHead.findUnique({ where: { chain }, select: { sequence: true } }),
  );
  return {
    fileName: `audit-${chain}-${at.toISOString().slice(0, 10)}.${wanted.format}`,
    contentType: FORMATS[wanted.format].contentType,
    body: written(trail, wanted, { at, upTo: end?.sequence ?? 0n }),
  };
}

export function trailFile({ fileName, contentType, body }: TrailFile): Response {
  return new Response(streamOf(body), {
    headers: {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Read only as fast as it is taken; whoever goes away ends it. */
function streamOf(body: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await body.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await body.return(undefined);
    },
  });
}

async function* written(
  trail: Trail,
  { format, filter }: Wanted,
  { at, upTo }: { at: Date; upTo: bigint },
): AsyncGenerator<Uint8Array> {
  const { start, line, end } = FORMATS[format];
  const so: Written = { digest: createHash('sha256'), count: 0, first: null, last: null };
  const chunk = (text: string): Uint8Array => {
    const bytes = Buffer.from(text);
    so.digest.update(bytes);
    return bytes;
  };
  if (start !== '') yield chunk(start);
  for await (const rows of pages(trail, filter, upTo)) {
    so.first ??= Number(rows[0]?.sequence);
    so.count += rows.length;
    so.last = rows.at(-1) ?? so.last;
    yield chunk(rows.map((row) => line(eventLine(row))).join(''));
  }
  const head = {
    ...headOf(trail.chain, { format, filter }, so),
    at: at.toISOString(),
    checkpoint: await newestProof(trail.chain, upTo),
  };
  yield Buffer.from(
    end({
      head,
      publicKey: Buffer.from(deployment().auditPublicKeyDer).toString('base64'),
      signature: Buffer.from(signed(head)).toString('base64'),
    }),
  );
}

async function* pages({ chain, read }: Trail, filter: AuditFilter, upTo: bigint) {
  let after = 0n;
  for (;;) {
    const rows = await read((tx) =>
      tx.auditEvent.findMany({
        where: { ...trailWhere(chain, filter), sequence: { gt: after, lte: upTo } },
        orderBy: { sequence: 'asc' },
        take: ROWS_AT_ONCE,
      }),
    );
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) return;
    after = rows.at(-1)?.sequence ?? upTo;
  }
}

function headOf(chain: string, { format, filter }: Wanted, so: Written): Signable {
  return {
    kind: 'countersign-audit-export',
    version: 1,
    format,
    chain,
    filters: Object.fromEntries(
      Object.entries(filter).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    count: so.count,
    first: so.first,
    last: so.last === null ? null : Number(so.last.sequence),
    lastHash: so.last === null ? NO_HASH : Buffer.from(so.last.hash).toString('hex'),
    linesSha256: so.digest.digest('hex'),
  };
}

function eventLine(row: AuditEvent) {
  return {
    event: recordOf(row),
    previousHash: Buffer.from(row.previousHash).toString('hex'),
    hash: Buffer.from(row.hash).toString('hex'),
  };
}

function csvEvent(line: { readonly [member: string]: Json }): string {
  const event = Object(line.event);
  const { sequence, at, actor, action, objectKind, objectId, detail, requestId } = event;
  const cells = [sequence, at, actor.name, actor.id, action, objectKind, objectId];
  const rest = [canonicalJson(detail), requestId, line.previousHash, line.hash];
  return csvRow([...cells, ...rest].map(String));
}
