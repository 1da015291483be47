/** Commands that make a request, ready to be pasted into a POSIX shell. */

export type CommandKey = 'EC P-256' | 'EC P-384' | 'RSA 2048' | 'RSA 3072' | 'RSA 4096' | 'Ed25519';

const NEW_KEY: Record<CommandKey, string> = {
  'EC P-256': 'ec -pkeyopt ec_paramgen_curve:P-256',
  'EC P-384': 'ec -pkeyopt ec_paramgen_curve:P-384',
  'RSA 2048': 'rsa:2048',
  'RSA 3072': 'rsa:3072',
  'RSA 4096': 'rsa:4096',
  Ed25519: 'ed25519',
};

export function isCommandKey(label: string): label is CommandKey {
  return Object.hasOwn(NEW_KEY, label);
}

export type CommandInput = {
  commonName: string;
  organization?: string | null;
  country?: string | null;
  state?: string | null;
  locality?: string | null;
  dnsNames: readonly string[];
  key: CommandKey;
  /** Whether the tool asks for a passphrase of the key; without one, whoever has the file has the key. */
  passphrase?: 'asked' | 'none';
  /** Name of the files without ending; from the common name where left out. */
  fileStem?: string;
};

/**
 * The openssl command for a new key, protected by a passphrase it asks for unless told otherwise, and its request.
 * Every value is quoted for the shell and escaped for openssl.
 */
export function opensslCommand(input: CommandInput): string {
  const stem = fileStemOf(input.fileStem ?? input.commonName);
  const subject = subjectParts(input)
    .map(([type, value]) => `/${type}=${escaped(value)}`)
    .join('');
  const names = [...new Set(input.dnsNames)].map((name) => `DNS:${name}`).join(',');
  const lines = [
    `openssl req -new -newkey ${NEW_KEY[input.key]}${input.passphrase === 'none' ? ' -nodes' : ''}`,
    `  -keyout ${stem}.key -out ${stem}.csr`,
    `  ${/[^\x20-\x7e]/.test(subject) ? '-utf8 ' : ''}-subj ${quoted(subject)}`,
    ...(names === '' ? [] : [`  -addext ${quoted(`subjectAltName=${names}`)}`]),
  ];
  return lines.join(' \\\n');
}

/** What of the subject is given, largest part first. */
export function subjectParts(input: CommandInput): [type: string, value: string][] {
  const parts: [string, string | null | undefined][] = [
    ['C', input.country],
    ['ST', input.state],
    ['L', input.locality],
    ['O', input.organization],
    ['CN', input.commonName],
  ];
  return parts.flatMap(([type, value]) => (value ? [[type, value]] : []));
}

/**
 * What the files of a client are called everywhere: key, request, downloads and the commands that use them. Nothing that
 * a shell or openssl would read as anything but a file name.
 */
export function fileStemOf(commonName: string): string {
  const [first = ''] = commonName.toLowerCase().split('.');
  return first.replace(/[^a-z0-9-]/g, '').replace(/^-+/, '') || 'client';
}

// openssl's -subj takes a backslash before what would otherwise divide it.
function escaped(value: string): string {
  return value.replace(/[\\/+]/g, (character) => `\\${character}`);
}

/** One word for a POSIX shell, whatever is in it. In double quotes where these change nothing. */
export function quoted(value: string): string {
  if (!/["$`\\!]/.test(value)) return `"${value}"`;
  return `'${value.replaceAll("'", "'\\''")}'`;
}
