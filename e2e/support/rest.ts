/** The REST API as a robot calls it. */
export type Reply = { status: number; headers: Headers; json: Record<string, unknown> };
export type Rest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

export function rest(portalUrl: string, apiKey: string): Rest {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${portalUrl}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, json };
  };
}
