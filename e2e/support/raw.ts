/** A request as it is written, without what fetch mends: dot segments, encoded paths, headers of its own. */
import { request } from 'node:http';

export type Sent = { status: number; location: string; body: string };
export type Asked = {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
};

export function send(
  portalUrl: string,
  { method = 'GET', path, headers = {}, body }: Asked,
): Promise<Sent> {
  const { hostname, port } = new URL(portalUrl);
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sending = request(
      { hostname, port, method, path, headers: { ...headers, ...length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location ?? '',
            body: text,
          }),
        );
        response.on('error', reject);
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}
