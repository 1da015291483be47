/** A form of a page, sent as a browser without scripts does. */

const HIDDEN = /<input type="hidden" name="(?<name>\$ACTION_[^"]*)"(?: value="(?<value>[^"]*)")?/g;
const ENTITIES: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>', '#x27': "'" };

/** What names the action of the first form of the page. */
export async function formOf(url: string, headers: Record<string, string>): Promise<string[][]> {
  const html = await (await fetch(url, { headers })).text();
  const form = /<form[^>]*method="POST"[\s\S]*?<\/form>/i.exec(
    html.slice(html.indexOf('<main')),
  )?.[0];
  const fields = [...(form ?? '').matchAll(HIDDEN)].map(({ groups }) => [
    groups?.name ?? '',
    (groups?.value ?? '').replace(/&(#?\w+);/g, (_, name: string) => ENTITIES[name] ?? ''),
  ]);
  if (fields.length === 0) throw new Error(`${url} has no form`);
  return fields;
}

/** @see RFC 7578 */
export function multipart(fields: readonly (readonly string[])[]): { type: string; body: string } {
  const boundary = 'bench-boundary-of-a-form';
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const type = `multipart/form-data; boundary=${boundary}`;
  return { type, body: `${parts.join('')}--${boundary}--\r\n` };
}
