/**
 * Makes keys in this tab. Loaded on first use. A key lives in a closure and in WebCrypto, never in state or in the
 * document, and what leaves the closure is encrypted or public.
 */
import type { CsrCheckView } from '@/lib/contract/views';
import { checkCsr } from '@/lib/pki/csr-check';
import type { KeyEngine } from '@/lib/pki/key-engine';
import type { KeyPassword } from '@/lib/pki/key-password';
import {
  type BrowserKey,
  newKeyPair,
  newRequest,
  type RequestedSubject,
} from '@/lib/pki/new-request';
import { derOf } from '@/lib/pki/pem';
import { encryptedPkcs8 } from '@/lib/pki/pkcs8';
import { type Pkcs12Form, pkcs12 } from '@/lib/pki/pkcs12';

export type MadeKey = {
  kind: BrowserKey;
  csr: string;
  check: CsrCheckView;
  /** PEM, ENCRYPTED PRIVATE KEY. */
  encryptedPem: string;
  /** A PKCS #12 file under the same password. */
  pkcs12: (form: Pkcs12Form, given: { chain: string; friendlyName: string }) => Promise<Uint8Array>;
};

export async function makeKey(given: {
  kind: BrowserKey;
  subject: RequestedSubject;
  legalName: string;
  password: KeyPassword;
}): Promise<MadeKey> {
  const { kind, password } = given;
  const engine = browserEngine();
  const { subtle } = engine;
  const pair = await newKeyPair(kind, subtle);
  const plain = async () => new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey));
  const csr = await newRequest(given.subject, { kind, pair, subtle });
  const { csr: accepted, facts, findings } = await checkCsr(csr, { legalName: given.legalName });
  return {
    kind,
    csr,
    check: { acceptable: accepted !== null, facts, findings },
    encryptedPem: await encryptedPkcs8(await plain(), { password, engine }),
    pkcs12: async (form, { chain, friendlyName }) => {
      const [leaf, ...above] = certificatesIn(chain);
      if (leaf === undefined) throw new Error('the chain has no certificate');
      const content = {
        keyDer: await plain(),
        certificates: [leaf, ...above],
        friendlyName,
      } as const;
      return pkcs12(content, { form, password, engine });
    },
  };
}

export function browserEngine(): KeyEngine {
  const { crypto } = globalThis;
  return {
    subtle: crypto.subtle,
    fresh: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}

function certificatesIn(chain: string): Uint8Array[] {
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map(derOf);
}
