/** The commands of keytool and step that make a key and its request. What openssl does is in csr-command.ts. */
import {
  type CommandInput,
  type CommandKey,
  fileStemOf,
  quoted,
  subjectParts,
} from './csr-command';

// By size, because keytool before Java 12 does not know -groupname; newer ones only remark on it.
const KEYTOOL_KEY: Record<CommandKey, string> = {
  'EC P-256': '-keyalg EC -keysize 256 -sigalg SHA256withECDSA',
  'EC P-384': '-keyalg EC -keysize 384 -sigalg SHA384withECDSA',
  'RSA 2048': '-keyalg RSA -keysize 2048 -sigalg SHA256withRSA',
  'RSA 3072': '-keyalg RSA -keysize 3072 -sigalg SHA256withRSA',
  'RSA 4096': '-keyalg RSA -keysize 4096 -sigalg SHA256withRSA',
  Ed25519: '-keyalg Ed25519',
};

/**
 * Two keytool commands: a key in a new PKCS #12 key store, then its request. The key store always has a password, which
 * keytool asks for: it makes none without. The entry is called like the files.
 */
export function keytoolCommand(input: CommandInput): string {
  const stem = fileStemOf(input.fileStem ?? input.commonName);
  const name = subjectParts(input)
    .reverse()
    .map(([type, value]) => `${type}=${attributeText(value)}`)
    .join(', ');
  const names = [...new Set(input.dnsNames)].map((one) => `dns:${one}`).join(',');
  const store = `-alias ${stem} -keystore ${stem}.p12`;
  const key = [
    `keytool -genkeypair ${KEYTOOL_KEY[input.key]}`,
    `  ${store} -storetype PKCS12`,
    `  -dname ${quoted(name)}`,
  ];
  const request = [
    `keytool -certreq ${store}`,
    ...(names === '' ? [] : [`  -ext ${quoted(`SAN=${names}`)}`]),
    `  -file ${stem}.csr`,
  ];
  return `${key.join(' \\\n')} &&\n${request.join(' \\\n')}`;
}

/**
 * An attribute value of a name as Java reads it. Beyond ASCII by its octets: what keytool makes of other letters depends
 * on the locale of the terminal. A space after octets is written so too, because Java loses it.
 * @see RFC 4514, 2.4
 */
function attributeText(value: string): string {
  const characters = [...value];
  return characters
    .map((character, at) => {
      const before = characters[at - 1] ?? 'a';
      if (!ASCII.test(character) || (character === ' ' && !ASCII.test(before))) {
        return octetsText(character);
      }
      const isEdge = at === 0 || at === characters.length - 1;
      const divides = /[,+"\\<>;=#]/.test(character) || (character === ' ' && isEdge);
      return divides ? `\\${character}` : character;
    })
    .join('');
}

const ASCII = /^[\x20-\x7e]$/;

function octetsText(character: string): string {
  const octets = [...new TextEncoder().encode(character)];
  return octets.map((octet) => `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

const STEP_KEY: Record<CommandKey, string> = {
  'EC P-256': '--kty EC --curve P-256',
  'EC P-384': '--kty EC --curve P-384',
  'RSA 2048': '--kty RSA --size 2048',
  'RSA 3072': '--kty RSA --size 3072',
  'RSA 4096': '--kty RSA --size 4096',
  Ed25519: '--kty OKP --curve Ed25519',
};

/**
 * The step command for a new key and its request. It takes a common name and DNS names only; certificates carry the
 * account's own name in any case.
 *
 * Unlike the others it is written from the program's documentation and never run by our tests: step is neither in npm
 * nor in Debian.
 */
export function stepCommand(input: CommandInput): string {
  const stem = fileStemOf(input.fileStem ?? input.commonName);
  const unprotected = input.passphrase === 'none' ? ' --no-password --insecure' : '';
  const names = [...new Set(input.dnsNames)].map((name) => `  --san ${quoted(name)}`);
  return [
    `step certificate create --csr ${STEP_KEY[input.key]}${unprotected}`,
    ...names,
    `  ${quoted(input.commonName)} ${stem}.csr ${stem}.key`,
  ].join(' \\\n');
}
