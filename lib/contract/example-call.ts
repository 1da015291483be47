/** A call of an operation to paste into a shell, with what it needs and nothing more. */
type JsonObject = Record<string, unknown>;

type Asked = {
  publicUrl: string;
  method: string;
  path: string;
  body: JsonObject;
  parameters: readonly { name: string; in: string; required: 'yes' | 'no' }[];
};

// What a person has to fill in is a variable of the shell.
const PATH_VALUES: Record<string, string> = { environment: 'sandbox', id: '$ID' };
const BODY_VALUES: Record<string, unknown> = {
  environment: 'sandbox',
  // A request by openssl, on one line as JSON wants it.
  csr: `$(awk '{printf "%s\\\\n", $0}' client.csr)`,
  label: 'ERP primary',
  reason: 'superseded',
  mode: 'observe',
  days: 7,
  accountId: '$ACCOUNT_ID',
  name: 'erp-sync',
};
const OPTIONAL_SHOWN = new Set(['csr', 'environment']);

export function exampleCall({ publicUrl, method, path, body, parameters }: Asked): string {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => PATH_VALUES[name] ?? '');
  const data = bodyOf(body);
  const unguarded = path.endsWith('/openapi.json');
  const repeatable = parameters.some(({ name }) => name === 'Idempotency-Key');
  return [
    `curl --request ${method.toUpperCase()}`,
    `  "${publicUrl}${filled}"`,
    ...(unguarded ? [] : ['  --header "Authorization: Bearer $COUNTERSIGN_API_KEY"']),
    ...(repeatable ? ['  --header "Idempotency-Key: $(openssl rand -hex 16)"'] : []),
    ...(data === null ? [] : ['  --header "Content-Type: application/json"', '  --data @- <<JSON']),
  ]
    .join(' \\\n')
    .concat(data === null ? '' : `\n${data}\nJSON`);
}

function bodyOf(schema: JsonObject): string | null {
  const properties = Object.entries(Object(schema.properties));
  if (properties.length === 0) return null;
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const shown = properties.filter(([name]) => required.includes(name) || OPTIONAL_SHOWN.has(name));
  const members = shown.map(([name]) => {
    const value = BODY_VALUES[name] ?? '';
    // The shell fills this one in, so its quotes must not be escaped.
    const text = name === 'csr' ? `"${value}"` : JSON.stringify(value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join(',')}}`;
}
