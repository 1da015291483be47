/** A collector: takes what an exporter sends over HTTP, reads it, and keeps it. @see OTLP 1.x, "OTLP/HTTP", JSON */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z
    .object({ intValue: z.union([z.number(), z.string()]) })
    .transform(({ intValue }) => Number(intValue)),
  z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z.unknown().transform((value) => JSON.stringify(value)),
]);
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: Attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  events: z.array(z.unknown()).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({
    code: 0,
  }),
});
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

export type SentSpan = z.infer<typeof Span> & { service: string };

export type Collector = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans(): SentSpan[];
  /** Everything that came, as it came, with the headers that an operator set. */
  text(): string;
  /** How many times something was sent, taken or not. */
  asked(): number;
  close(): Promise<void>;
};

/** @param manner `fails`: answers 500; `hangs`: never answers */
export async function openCollector(
  manner: 'takes' | 'fails' | 'hangs' = 'takes',
): Promise<Collector> {
  const bodies: string[] = [];
  let asked = 0;
  const server = createServer(async (request, response) => {
    asked += 1;
    const body = await text(request);
    if (manner === 'hangs') return;
    if (manner === 'fails' || request.url !== '/v1/traces' || request.method !== 'POST') {
      response.writeHead(500).end('{"message":"this collector takes nothing"}');
      return;
    }
    bodies.push(body);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => bodies.flatMap((body) => spansIn(body)),
    text: () => bodies.join('\n'),
    asked: () => asked,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function spansIn(body: string): SentSpan[] {
  return Export.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, service: String(resource.attributes['service.name']) })),
    ),
  );
}

/** The span and all above it, innermost first, by name. */
export function pathOf(span: SentSpan, spans: readonly SentSpan[]): string[] {
  const above = spans.find(
    ({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId,
  );
  return [`${span.service}: ${span.name}`, ...(above ? pathOf(above, spans) : [])];
}
