/**
 * The edge's own server certificate, for trying things out: a private CA and one certificate under it. It is no part
 * of what customers are issued and nothing but a client that was given `server-ca.pem` trusts it.
 */
import 'reflect-metadata';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Apple's limit for server certificates of private CAs is 825 days; a year is enough for trying. */
const SERVER_DAYS = 365;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

type Input = {
  now: Date;
  /** 16 bytes from a cryptographic source. */
  serial: Uint8Array;
};

/**
 * A self-signed CA that may sign server certificates only.
 * @returns DER
 * @see RFC 5280, 4.2.1.9 and 4.2.1.12
 */
export async function createServerCa(input: Input & { keys: CryptoKeyPair }): Promise<Uint8Array> {
  const { keys } = input;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: nameOf('Countersign edge CA (local)'),
    keys,
    signingAlgorithm: SIGNING,
    serialNumber: serialHex(input.serial),
    ...validity(input.now, CA_DAYS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

/**
 * A server certificate for these names and addresses, serverAuth only.
 * @param input.names DNS names and IP addresses, at least one
 * @returns DER
 * @see RFC 6125, 6.4 RFC 5280, 4.2.1.6
 */
export async function createServerCertificate(
  input: Input & {
    caDer: Uint8Array;
    caKey: CryptoKey;
    publicKey: CryptoKey;
    names: readonly string[];
  },
): Promise<Uint8Array> {
  const ca = new X509Certificate(input.caDer.slice());
  const certificate = await X509CertificateGenerator.create({
    subject: nameOf((input.names[0] ?? 'localhost').slice(0, 64)),
    issuer: ca.subjectName,
    publicKey: input.publicKey,
    signingKey: input.caKey,
    signingAlgorithm: SIGNING,
    serialNumber: serialHex(input.serial),
    ...validity(input.now, SERVER_DAYS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        input.names.map((value) =>
          isIP(value) === 0 ? { type: 'dns' as const, value } : { type: 'ip' as const, value },
        ),
      ),
      await SubjectKeyIdentifierExtension.create(input.publicKey),
      await AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

function nameOf(commonName: string): Name {
  // Typed values: a plain string would be parsed, and quotes and backslashes would vanish.
  return new Name([{ CN: [{ utf8String: commonName }] }]);
}

/** Positive and of full length: the top bits are 01. @see RFC 5280, 4.1.2.2 */
function serialHex(random: Uint8Array): string {
  const serial = Buffer.from(random);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial.toString('hex');
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const seconds = Math.floor(now.getTime() / 1000) * 1000;
  return {
    // A client whose clock is a few minutes behind can use it at once.
    notBefore: new Date(seconds - 5 * 60_000),
    notAfter: new Date(seconds + days * DAY_MS),
  };
}
