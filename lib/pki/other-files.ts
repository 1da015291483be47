/** What is uploaded where a signing request belongs: its name, and what to do instead. */

export type OtherFile = { what: string; fix: string };

/** Files that hold a private key, told apart because each has another way out. */
export type KeyFile = 'private-key' | 'pkcs12' | 'java-key-store';

const JAVA_STORES = [
  [0xfe, 0xed, 0xfe, 0xed],
  [0xce, 0xce, 0xce, 0xce],
];

/** @param input what `looksLikePrivateKey` says holds a private key */
export function keyFileOf(input: string | Uint8Array): KeyFile {
  if (typeof input === 'string') return 'private-key';
  if (JAVA_STORES.some((start) => startsWith(input, start))) return 'java-key-store';
  // PFX ::= SEQUENCE { version INTEGER (3), ... } (RFC 7292, 4); the length of the SEQUENCE takes one to five octets.
  const version = [1, 2, 3, 4, 5].some((count) => startsWith(input.subarray(1 + count), [2, 1, 3]));
  return input[0] === 0x30 && version ? 'pkcs12' : 'private-key';
}

export const KEY_FILES: Record<KeyFile, { title: string; message: string; fix: string }> = {
  'private-key': {
    title: 'A private key',
    message:
      'This is a private key. It was not kept. A private key never leaves your machine: we need the signing request only.',
    fix: 'Upload the .csr file made from it. If this key was pasted anywhere else, make a new one.',
  },
  pkcs12: {
    title: 'A PKCS #12 file',
    message:
      'This is a PKCS #12 file (.p12 or .pfx): it holds a private key. It was not kept. A private key never leaves your machine.',
    fix: 'Make a request from it by keytool -certreq -alias NAME -keystore FILE -file client.csr, and upload client.csr. keytool -list shows the NAME.',
  },
  'java-key-store': {
    title: 'A Java key store',
    message:
      'This is a Java key store (.jks): it holds private keys. It was not kept. A private key never leaves your machine.',
    fix: 'Make a request from it by keytool -certreq -alias NAME -keystore FILE -file client.csr, and upload client.csr. keytool -list shows the NAME.',
  },
};

const MAKE = 'Make a request with the openssl command below and upload the .csr file.';
const CERTIFICATE: OtherFile = {
  what: 'a certificate',
  fix: 'A certificate is what you get back. Upload the .csr file, or make a new one with the command below.',
};
const BUNDLE: OtherFile = {
  what: 'a PKCS #7 bundle of certificates',
  fix: CERTIFICATE.fix,
};
const PUBLIC_KEY: OtherFile = {
  what: 'a public key',
  fix: 'A request has more than the key: the name, signed. Make one with the command below.',
};
const SSH_KEY: OtherFile = {
  what: 'an SSH public key',
  fix: 'SSH keys are another kind and stay for SSH. Make a key and a request for this with the command below.',
};

/** By the label of a PEM block. */
const BLOCKS: Readonly<Record<string, OtherFile>> = {
  CERTIFICATE,
  'X509 CERTIFICATE': CERTIFICATE,
  'TRUSTED CERTIFICATE': CERTIFICATE,
  'PUBLIC KEY': PUBLIC_KEY,
  'RSA PUBLIC KEY': PUBLIC_KEY,
  PKCS7: BUNDLE,
  CMS: { what: 'a CMS bundle of certificates', fix: BUNDLE.fix },
  'X509 CRL': { what: 'a revocation list', fix: MAKE },
  'EC PARAMETERS': { what: 'a file of curve parameters', fix: MAKE },
  'DH PARAMETERS': { what: 'a file of Diffie-Hellman parameters', fix: MAKE },
  'SSH2 PUBLIC KEY': SSH_KEY,
  'PGP PUBLIC KEY BLOCK': { what: 'a PGP public key', fix: MAKE },
};

export function otherBlock(label: string): OtherFile {
  const shown = `a PEM block of another kind (${label.slice(0, 40)})`;
  return BLOCKS[label] ?? { what: shown, fix: MAKE };
}

/** By what a structure in DER turned out to be. */
export function otherStructure(what: string): OtherFile {
  const known = [CERTIFICATE, BUNDLE, PUBLIC_KEY].find((one) => one.what === what);
  return known ?? { what, fix: MAKE };
}

const IN_DOCUMENT =
  'Requests get lost in documents. Copy the lines from BEGIN to END out of it and paste them, or ask its sender for the .csr file.';
const UNPACK = 'Unpack it, and upload the .csr file that is in it.';
const PICTURE: OtherFile = {
  what: 'a picture',
  fix: 'A picture of a request cannot be read. Ask its sender for the .csr file.',
};
const OFFICE = /word\/|xl\/|ppt\/|\[Content_Types\]\.xml|mimetypeapplication\/vnd\.oasis/;

/** By the first octets, which say enough however large the file is. */
const STARTS: readonly [start: readonly number[], is: OtherFile][] = [
  [[0x25, 0x50, 0x44, 0x46, 0x2d], { what: 'a PDF document', fix: IN_DOCUMENT }],
  [[0xd0, 0xcf, 0x11, 0xe0], { what: 'a Word or other Office document', fix: IN_DOCUMENT }],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], { what: 'a Word or other Office document', fix: IN_DOCUMENT }],
  [[0x50, 0x4b, 0x03, 0x04], { what: 'a ZIP archive', fix: UNPACK }],
  [[0x1f, 0x8b], { what: 'a compressed archive', fix: UNPACK }],
  [[0x37, 0x7a, 0xbc, 0xaf], { what: 'a compressed archive', fix: UNPACK }],
  [[0x89, 0x50, 0x4e, 0x47], PICTURE],
  [[0xff, 0xd8, 0xff], PICTURE],
];
const OFFICE_ZIP: OtherFile = { what: 'a Word or other Office document', fix: IN_DOCUMENT };
/** The first entries of a ZIP archive stand in it; office documents are told by theirs. */
const ZIP_LOOK_BYTES = 4_096;

/** What the octets are, by their start; null when that says nothing. */
export function otherOctets(bytes: Uint8Array): OtherFile | null {
  const [, known = null] = STARTS.find(([start]) => startsWith(bytes, start)) ?? [];
  if (known?.what !== 'a ZIP archive') return known;
  const head = String.fromCharCode(...bytes.subarray(0, ZIP_LOOK_BYTES));
  return OFFICE.test(head) ? OFFICE_ZIP : known;
}

/** What a text without any PEM block is, beyond what `otherOctets` tells. */
export function otherText(start: string): OtherFile {
  if (/^(<!doctype|<html|<\?xml|<)/i.test(start)) {
    return { what: 'a web page or XML file', fix: IN_DOCUMENT };
  }
  return /^(ssh-(rsa|ed25519|dss)|(sk-)?(ecdsa-sha2|ssh)-\S+) /.test(start)
    ? SSH_KEY
    : { what: 'something else', fix: MAKE };
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((octet, place) => bytes[place] === octet);
}
