/** Looks for a private key, in every form in which it is usually written, in all that a browser sends. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Page } from 'playwright/test';

/** All octets of one request, or of what a socket sent: one character per octet. */
export type Carried = { what: string; text: string };

/** Starts recording; the list grows while the page lives. */
export function recordAll(page: Page): Carried[] {
  const carried: Carried[] = [];
  page.on('request', (request) => {
    const what = `${request.method()} ${request.url()}`;
    const body = request.postDataBuffer()?.toString('latin1') ?? '';
    const one = { what, text: [what, JSON.stringify(request.headers()), body].join('\n') };
    carried.push(one);
    // Cookies and the rest of what the network adds are known only later.
    request.allHeaders().then(
      (headers) => {
        one.text += JSON.stringify(headers);
      },
      () => undefined,
    );
  });
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const text = typeof payload === 'string' ? payload : payload.toString('latin1');
      carried.push({ what: `socket ${socket.url()}`, text });
    });
  });
  return carried;
}

export type Form = { name: string; pieces: readonly string[] };

/** 30 octets of base 64: no two texts share so many by chance, and the scalar of P-256 has them. */
const LETTERS = 40;
/** Raw octets and words are found by fewer. */
const CHARACTERS = 20;

const NUMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/**
 * The secret numbers of a key (d; for RSA the primes and exponents too), its PKCS #8 as DER and PEM, and other secrets:
 * in hexadecimal, base 64, base64url and as they are, in pieces. What the public key has as well is left out, because
 * the request has to carry that.
 * @param pem the key without encryption
 * @param secrets texts: a password, the file of the encrypted key
 */
export function writtenForms(pem: string, secrets: readonly string[]): Form[] {
  const key = createPrivateKey(pem);
  const jwk = key.export({ format: 'jwk' });
  const numbers = NUMBERS.flatMap((name) => {
    const value = jwk[name];
    return typeof value === 'string' ? [{ name, octets: Buffer.from(value, 'base64url') }] : [];
  });
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const lines = secrets.flatMap((secret, number) =>
    secret
      .split('\n')
      .filter((line) => line.length >= CHARACTERS && !line.startsWith('-'))
      .map((line, at) => ({ name: `secret ${number}, line ${at}`, octets: Buffer.from(line) })),
  );
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const isPublic = encodings(spki).map(({ text }) => text);
  return [...numbers, { name: 'PKCS #8', octets: pkcs8 }, ...lines].flatMap(({ name, octets }) =>
    encodings(octets).map(({ encoding, text }) => ({
      name: `${name}, ${encoding}`,
      pieces: piecesOf(text, encoding === 'octets' ? CHARACTERS : LETTERS).filter(
        (piece) => !isPublic.some((known) => known.includes(piece)),
      ),
    })),
  );
}

/** Base 64 depends on where in its groups of three octets something begins: all three are written. */
function encodings(octets: Buffer): { encoding: string; text: string }[] {
  const shifted = [0, 1, 2].map((by) => {
    const rest = octets.subarray(by);
    return rest.subarray(0, rest.length - (rest.length % 3));
  });
  return [
    { encoding: 'octets', text: octets.toString('latin1') },
    { encoding: 'hex', text: octets.toString('hex') },
    ...shifted.flatMap((part, by) => [
      { encoding: `base64 from ${by}`, text: part.toString('base64') },
      { encoding: `base64url from ${by}`, text: part.toString('base64url') },
    ]),
  ];
}

/** Runs of a text one after the other, so that one that is cut is found by the rest; a short text is one run. */
function piecesOf(text: string, length: number): string[] {
  if (text.length < length) return [text];
  const count = Math.floor(text.length / length);
  return Array.from({ length: count }, (_, at) => text.slice(at * length, (at + 1) * length));
}

/** Each place where a piece of one of the forms stands: as it is, percent-encoded, or with line ends in it. */
export function whereCarried(carried: readonly Carried[], forms: readonly Form[]): string[] {
  return carried.flatMap(({ what, text }) => {
    const plain = unescaped(text);
    const views = [text, text.toLowerCase(), plain, plain.replace(/\\r|\\n|\s/g, '')];
    return forms.flatMap(({ name, pieces }) =>
      pieces.some((piece) => views.some((view) => view.includes(piece)))
        ? [`${name} in ${what}`]
        : [],
    );
  });
}

function unescaped(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
