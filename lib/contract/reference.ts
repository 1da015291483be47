/** The reference page's content, read out of the OpenAPI document: what the document does not say is not on the page. */
import { exampleCall } from './example-call';

type JsonObject = Record<string, unknown>;

export type ReferenceField = {
  /** `items[].id` is a member of each item. */
  name: string;
  type: string;
  required: 'yes' | 'no';
  description: string;
};
export type DocumentedError = { status: string; codes: { code: string; title: string }[] };
export type ReferenceOperation = {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: (ReferenceField & { in: string })[];
  body: ReferenceField[];
  reply: { status: string; media: string; fields: ReferenceField[]; headers: string[] };
  errors: DocumentedError[];
  curl: string;
};
export type ReferenceSection = { name: string; operations: ReferenceOperation[] };
export type Reference = {
  sections: ReferenceSection[];
  /** Of every operation that can fail at all; operations list those beside them. */
  anyError: DocumentedError[];
};

const MAX_DEPTH = 4;

/** Sections in the order of the document, by the first word of the path after the version. */
export function referenceOf(document: JsonObject, publicUrl: string): Reference {
  const operations = entries(document.paths).flatMap(([path, methods]) =>
    entries(methods).map(([method, described]) =>
      operationOf({ path, method, described: object(described), publicUrl }),
    ),
  );
  const failing = operations.map(({ errors }) => codesIn(errors)).filter(({ size }) => size > 0);
  const shared = (code: string) => failing.every((codes) => codes.has(code));
  const sections = new Map<string, ReferenceOperation[]>();
  for (const operation of operations) {
    const name = operation.path.split('/')[3] ?? '';
    const own = { ...operation, errors: errorsThat(operation.errors, (code) => !shared(code)) };
    sections.set(name, [...(sections.get(name) ?? []), own]);
  }
  return {
    sections: [...sections].map(([name, found]) => ({ name, operations: found })),
    anyError: errorsThat(operations.find(({ errors }) => errors.length > 0)?.errors ?? [], shared),
  };
}

function codesIn(errors: readonly DocumentedError[]): Set<string> {
  return new Set(errors.flatMap(({ codes }) => codes.map(({ code }) => code)));
}

function errorsThat(
  errors: readonly DocumentedError[],
  isWanted: (code: string) => boolean,
): DocumentedError[] {
  return errors
    .map(({ status, codes }) => ({ status, codes: codes.filter(({ code }) => isWanted(code)) }))
    .filter(({ codes }) => codes.length > 0);
}

type Given = { path: string; method: string; described: JsonObject; publicUrl: string };

function operationOf({ path, method, described, publicUrl }: Given): ReferenceOperation {
  const [good = ['', {}], ...others] = entries(described.responses).filter(
    ([status]) => status !== '304',
  );
  const [media = '', content] = entries(object(good[1]).content)[0] ?? [];
  const parameters = list(described.parameters).map((one) => ({
    ...fieldOf(String(one.name), object(one.schema), one.required === true),
    description: String(one.description ?? object(one.schema).description ?? ''),
    in: String(one.in),
  }));
  const bodySchema = object(
    object(object(object(described.requestBody).content)['application/json']).schema,
  );
  return {
    id: String(described.operationId),
    method: method.toUpperCase(),
    path,
    summary: String(described.summary),
    description: String(described.description),
    parameters,
    body: fieldsOf(bodySchema),
    reply: {
      status: String(good[0]),
      media,
      fields: media === 'application/json' ? fieldsOf(object(object(content).schema)) : [],
      headers: entries(object(good[1]).headers).map(([name]) => name),
    },
    errors: others.map(([status, reply]) => ({
      status,
      codes: codesOf(String(object(reply).description)),
    })),
    curl: exampleCall({ publicUrl, method, path, body: bodySchema, parameters }),
  };
}

/** The members of an object, each followed by its own. */
function fieldsOf(schema: JsonObject, prefix = '', depth = 0): ReferenceField[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return entries(schema.properties).flatMap(([name, given]) => {
    const member = object(given);
    const whole = `${prefix}${name}`;
    const inner = innerOf(member);
    const below =
      inner && depth < MAX_DEPTH
        ? fieldsOf(inner.schema, `${whole}${inner.list ? '[]' : ''}.`, depth + 1)
        : [];
    return [fieldOf(whole, member, required.includes(name)), ...below];
  });
}

function innerOf(schema: JsonObject): { schema: JsonObject; list: boolean } | null {
  const plain = notNull(schema);
  if (plain.properties) return { schema: plain, list: false };
  const items = notNull(object(plain.items));
  return items.properties ? { schema: items, list: true } : null;
}

function fieldOf(name: string, schema: JsonObject, required: boolean): ReferenceField {
  const description = String(schema.description ?? notNull(schema).description ?? '');
  return { name, type: typeOf(schema), required: required ? 'yes' : 'no', description };
}

function typeOf(schema: JsonObject): string {
  const alternatives = list(schema.anyOf);
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === 'array') return `list of ${typeOf(object(schema.items))}`;
  if (schema.type === 'string' && schema.format === 'date-time') return 'instant';
  const range = [schema.minimum, schema.maximum].filter((one) => typeof one === 'number');
  const bounds = range.length === 2 && Number(range[1]) < 1e9 ? ` ${range.join('-')}` : '';
  const plain = Array.isArray(schema.type)
    ? schema.type.join(' or ')
    : String(schema.type ?? 'any');
  return `${plain}${bounds}`;
}

function notNull(schema: JsonObject): JsonObject {
  return list(schema.anyOf).find((one) => one.type !== 'null') ?? schema;
}

function codesOf(description: string): { code: string; title: string }[] {
  return [...description.matchAll(/`(\w+)`: ([^;]+)/g)].map(([, code = '', title = '']) => ({
    code,
    title: title.trim(),
  }));
}

function object(value: unknown): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(object(value));
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(object) : [];
}
