/**
 * A path of this portal, or `/`: after signing in nobody is sent elsewhere (row T20). Browsers read `\` as `/` and drop
 * tabs and line ends, so `//host`, `/\host` and `/<tab>/host` all leave this origin.
 */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > 500) return '/';
  const base = 'http://portal.invalid';
  if (!next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  // Next's own fetch of a page carries this; in an address it would make Next redirect for ever.
  url.searchParams.delete('_rsc');
  const path = `${url.pathname}${url.search}`;
  return url.origin === base && !path.startsWith('//') ? path : '/';
}
