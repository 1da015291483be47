/** What was not linted cannot be handed to a signer: the compiler says so, and behind its back the signer does. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readDer, TAG } from '@/lib/pki/der';
import { oid, sequence, tlv } from '@/lib/pki/der-write';
import { draftClientCertificate } from '@/lib/pki/draft';
import { OID } from '@/lib/pki/oids';
import { composed } from '@/lib/pki/testing';
import { critical, withExtension } from '@/lib/pki/testing/drafts';
import { type Signer, SignerRefusal } from './port';
import { NOW, type TestAuthority, testAuthority, testDraft, verifiedCsr } from './testing';

let authority: TestAuthority;
let signer: Signer;
let issuerId: string;
let bad: { tbsDer: Uint8Array; issuerDer: Uint8Array };

beforeAll(async () => {
  authority = await testAuthority();
  signer = authority.signer;
  issuerId = authority.production.issuerId;
  const good = await testDraft(await verifiedCsr(composed()), authority);
  const isCa = sequence(tlv(TAG.boolean, Uint8Array.of(0xff)));
  const { addresses } = authority;
  bad = withExtension({ ...good, addresses }, OID.basicConstraints, () => [
    critical(OID.basicConstraints, isCa),
  ]);
});

describe('T8: what was not linted', () => {
  it('does not compile as a draft, and CA:TRUE in it is refused by the signer', async () => {
    // @ts-expect-error: only lint makes a LintedDraft
    const asked = signer.sign({ intentId: 'unlinted', issuerId, tbs: bad });
    await expect(asked).rejects.toThrow('not-a-ca');
  });

  it('does not compile as a revocation list, and no certificate is signed in its place', async () => {
    const list = { ...bad, number: 1, entries: 0 };
    // @ts-expect-error: only lintCrl makes a LintedCrl
    const asked = signer.signCrl({ issuerId, tbs: list });
    await expect(asked).rejects.toThrow(SignerRefusal);
  });

  it("does not compile as a responder's certificate, and a CA's is refused in its place", async () => {
    // @ts-expect-error: only its own lint makes a LintedResponder
    const asked = signer.signOcspResponder({ responderId: 'ocsp_1', issuerId, tbs: bad });
    await expect(asked).rejects.toThrow(SignerRefusal);
  });

  it('of nothing but bytes, or of no certificate at all, is refused', async () => {
    for (const tbsDer of [new Uint8Array(), sequence(), readDer(bad.tbsDer).content]) {
      const tbs = { tbsDer, issuerDer: bad.issuerDer };
      // @ts-expect-error: only lint makes a LintedDraft
      const asked = signer.sign({ intentId: 'bytes', issuerId, tbs });
      await expect(asked).rejects.toThrow('the draft breaks readable');
    }
  });

  it('a request that was not checked does not compile as what a draft is made from', () => {
    const csr = {
      spkiDer: sequence(oid(OID.p256)),
      spkiSha256Hex: '00'.repeat(32),
      ...{ commonName: '*', country: null, state: null, locality: null, dnsNames: [] },
    };
    const { addresses, productionDer: issuerDer } = authority;
    const rest = { legalName: 'A', accountId: 'a', environment: 'production', now: NOW };
    const serial = new Uint8Array(16);
    // @ts-expect-error: only checkCsr makes a VerifiedCsr
    const draft = () => draftClientCertificate({ csr, issuerDer, addresses, serial, ...rest });
    expect(draft).toBeInstanceOf(Function);
  });
});
