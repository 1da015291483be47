/** The signer inside the portal's process: keys are opened once, not extractable, and see linted leaves only. */
import { createHash } from 'node:crypto';
import { Crypto } from '@peculiar/webcrypto';
import { copyOf } from '@/lib/pki/bytes';
import { bitString, oid, sequence, unsigned } from '@/lib/pki/der-write';
import { lint } from '@/lib/pki/lint';
import { OID } from '@/lib/pki/oids';
import { X509Certificate } from '@/lib/pki/x509';
import { type Signer, SignerRefusal } from './port';
import { openSecret, type SealingKey } from './sealed-key';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** Digests of what was signed lately, by intent; recovery of an older intent is caught by the intent's own digest. */
const MAX_REMEMBERED = 10_000;

type OpenIssuer = { certificateDer: Uint8Array; key: CryptoKey };

/** @throws Error when a key cannot be opened or does not belong to its certificate */
export async function inProcessSigner(input: {
  issuers: readonly { issuerId: string; certificateDer: Uint8Array; sealedKey: string }[];
  sealingKey: SealingKey;
}): Promise<Signer> {
  const { subtle } = new Crypto();
  const issuers = new Map<string, OpenIssuer>();
  for (const { issuerId, certificateDer, sealedKey } of input.issuers) {
    const opened = openSecret(sealedKey, input.sealingKey);
    const pkcs8 = copyOf(opened);
    const key = await subtle.importKey('pkcs8', pkcs8, P256, false, ['sign']);
    for (const copy of [opened, pkcs8]) copy.fill(0);
    await proveMatch(subtle, key, certificateDer);
    issuers.set(issuerId, { certificateDer, key });
  }
  const signed = new Map<string, string>();

  return {
    async sign({ intentId, issuerId, tbs }) {
      const issuer = issuers.get(issuerId);
      if (!issuer) throw new SignerRefusal(`no key of issuer ${issuerId} is held here`);
      const result = lint({ tbsDer: tbs.tbsDer, issuerDer: issuer.certificateDer });
      if ('findings' in result) {
        throw new SignerRefusal(
          `the draft breaks ${result.findings.map((one) => one.rule).join(', ')}`,
        );
      }
      const tbsDer = copyOf(result.linted.tbsDer);
      remember(signed, intentId, createHash('sha256').update(tbsDer).digest('hex'));
      const raw = new Uint8Array(await subtle.sign(SIGN, issuer.key, tbsDer));
      return sequence(tbsDer, sequence(oid(OID.ecdsaSha256)), bitString(ecdsaDer(raw)));
    },
    async status() {
      return { issuers: [...issuers.keys()] };
    },
  };
}

function remember(signed: Map<string, string>, intentId: string, digest: string): void {
  const before = signed.get(intentId);
  if (before !== undefined && before !== digest) {
    throw new SignerRefusal(`intent ${intentId} was signed with other bytes`);
  }
  signed.set(intentId, digest);
  if (signed.size <= MAX_REMEMBERED) return;
  for (const oldest of signed.keys()) {
    signed.delete(oldest);
    return;
  }
}

/** Signs a fixed text and verifies it by the certificate's key: a swapped file must not be found out by customers. */
async function proveMatch(
  subtle: SubtleCrypto,
  key: CryptoKey,
  certificateDer: Uint8Array,
): Promise<void> {
  const text = new TextEncoder().encode('countersign key check');
  const signature = await subtle.sign(SIGN, key, text);
  const spki = new X509Certificate(copyOf(certificateDer)).publicKey.rawData;
  const publicKey = await subtle.importKey('spki', spki, P256, false, ['verify']);
  if (await subtle.verify(SIGN, publicKey, signature, text)) return;
  throw new Error('an issuing key does not belong to its certificate');
}

// WebCrypto gives r and s side by side; X.509 wants a SEQUENCE (RFC 3279, 2.2.3).
function ecdsaDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(unsigned(raw.subarray(0, half)), unsigned(raw.subarray(half)));
}
