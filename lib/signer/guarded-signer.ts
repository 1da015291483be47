/**
 * What stands between a request and a CA key, whatever holds the key: the draft is linted again, must be of now, of an
 * issuing CA held here, and the only one its intent ever had; it is in the signer's log before the signature leaves.
 */
import { createHash } from 'node:crypto';
import { type PkiAddresses, pkiAddresses } from '@/lib/pki/addresses';
import { copyOf } from '@/lib/pki/bytes';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { readDraft } from '@/lib/pki/lint-read';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { signedDer } from '@/lib/pki/signing-algorithm';
import { guardedCrl } from './guarded-crl';
import { guardedResponder } from './guarded-responder';
import { type Signer, SignerRefusal } from './port';
import { assertOfNow, type OpenIssuer, openCa, type SigningDesk } from './signing-desk';
import type { SigningKey } from './signing-key';

export function guardedSigner(desk: SigningDesk): Signer {
  return {
    async sign({ intentId, issuerId, tbs }) {
      const issuer = issuingCa(desk, issuerId);
      const { linted, serialHex } = judged(desk, issuer, tbs);
      const tbsSha256 = createHash('sha256').update(linted.tbsDer).digest('hex');
      const asked = { intentId, issuerId, serialHex, tbsSha256 };
      const signature = await desk.memory.once(asked, async () => {
        const made = await issuer.key.sign(linted.tbsDer);
        desk.reached('signer-after-signature');
        const text = Buffer.from(made).toString('base64');
        await desk.log.append({ op: 'certificate', ...asked, signature: text });
        desk.reached('signer-after-log');
        return made;
      });
      return signedDer(linted.tbsDer, issuer.key.algorithm, signature);
    },
    signCrl: (input) => guardedCrl(desk, input),
    signOcspResponder: (input) => guardedResponder(desk, input),
    async status() {
      const issuers = [...desk.issuers().values()].map(({ key, ...issuer }) => ({
        ...issuer,
        canSign: key !== null,
      }));
      return { issuers, log: desk.log.head(), crlNumbers: desk.crls.numbers() };
    },
  };
}

function issuingCa(desk: SigningDesk, issuerId: string): OpenIssuer & { key: SigningKey } {
  const issuer = openCa(desk, issuerId);
  if (issuer.kind !== 'issuing') throw new SignerRefusal(`${issuerId} is no issuing CA`);
  return issuer;
}

function judged(
  desk: SigningDesk,
  issuer: OpenIssuer,
  tbs: LintedDraft,
): { linted: LintedDraft; serialHex: string } {
  // A copy: whoever asked must not be able to change the bytes between judging and signing.
  const draft = {
    tbsDer: copyOf(tbs.tbsDer),
    issuerDer: issuer.certificateDer,
    addresses: addressesOf(desk, issuer.issuerId),
  };
  const result = lint(draft);
  if ('findings' in result) {
    const rules = result.findings.map((one) => one.rule).join(', ');
    throw new SignerRefusal(`the draft breaks ${rules}`);
  }
  const { notBefore, serial } = readDraft(draft);
  assertOfNow(desk, new Date(notBefore.getTime() + LEAF_PROFILE.backdateMs));
  return { linted: result.linted, serialHex: Buffer.from(serial).toString('hex').toUpperCase() };
}

function addressesOf({ pkiUrl }: SigningDesk, issuerId: string): PkiAddresses {
  return pkiAddresses(pkiUrl, issuerId);
}
