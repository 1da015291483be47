/** The OpenAPI document as a judge of replies: what it says of status, headers and body, and nothing that our code says. */
import { z } from 'zod';

type JsonObject = Record<string, unknown>;
export type Document = JsonObject;

export type Documented = {
  media: string | null;
  body: z.ZodType | null;
  headers: { name: string; required: boolean; schema: z.ZodType }[];
  description: string;
};

/** What the document says of an operation's reply with this status; null where it says nothing. */
export function documentedReply(
  document: Document,
  operation: { path: string; method: string },
  status: number,
): Documented | null {
  const paths = child(document, 'paths');
  const responses = child(
    child(paths, operation.path),
    operation.method.toLowerCase(),
    'responses',
  );
  const reply = Object.hasOwn(responses, String(status)) ? child(responses, String(status)) : null;
  if (reply === null) return null;
  const content = Object.entries(Object(reply.content));
  const [media, described] = content[0] ?? [null, null];
  const schema: unknown = Object(described).schema;
  return {
    media,
    body: /^application\/(problem\+)?json$/.test(media ?? '') ? schemaOf(document, schema) : null,
    headers: Object.entries(child(reply, 'headers')).map(([name, given]) => {
      const header = resolved(document, given);
      return {
        name,
        required: header.required === true,
        schema: schemaOf(document, header.schema),
      };
    }),
    description: String(reply.description),
  };
}

function schemaOf(document: Document, schema: unknown): z.ZodType {
  return z.fromJSONSchema(Object(inlined(document, schema)));
}

/** Every reference replaced by what it refers to. */
function inlined(document: Document, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => inlined(document, one));
  if (value === null || typeof value !== 'object') return value;
  const target = '$ref' in value ? resolved(document, value) : value;
  return Object.fromEntries(
    Object.entries(target).map(([name, one]) => [name, inlined(document, one)]),
  );
}

function resolved(document: Document, value: unknown): JsonObject {
  const { $ref } = Object(value);
  if (typeof $ref !== 'string') return Object(value);
  return child(document, ...$ref.replace(/^#\//, '').split('/'));
}

function child(from: JsonObject, ...names: string[]): JsonObject {
  return names.reduce<JsonObject>((value, name) => {
    const next: unknown = value[name];
    if (next === null || typeof next !== 'object') throw new Error(`the document has no ${name}`);
    return Object(next);
  }, from);
}
