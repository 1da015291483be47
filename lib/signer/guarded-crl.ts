import { createHash } from 'node:crypto';
import { copyOf } from '@/lib/pki/bytes';
import { type LintedCrl, lintCrl } from '@/lib/pki/lint-crl';
import { signedDer } from '@/lib/pki/signing-algorithm';
import { SignerRefusal } from './port';
import { openCa, type SigningDesk } from './signing-desk';

/** A list is linted again, must be of now and above all before; it is in the log before the signature leaves. */
export async function guardedCrl(
  desk: SigningDesk,
  { issuerId, tbs }: { issuerId: string; tbs: LintedCrl },
): Promise<Uint8Array> {
  const { key, certificateDer } = openCa(desk, issuerId);
  // A copy: whoever asked must not be able to change the bytes between judging and signing.
  const tbsDer = copyOf(tbs.tbsDer);
  const result = lintCrl({ tbsDer, issuerDer: certificateDer, now: desk.now() });
  if ('findings' in result) {
    const rules = result.findings.map((one) => one.rule).join(', ');
    throw new SignerRefusal(`the list breaks ${rules}`);
  }
  const { number, entries } = result.linted;
  const tbsSha256 = createHash('sha256').update(tbsDer).digest('hex');
  const signature = await desk.crls.once({ issuerId, number, tbsSha256 }, async () => {
    const made = await key.sign(tbsDer);
    const text = Buffer.from(made).toString('base64');
    await desk.log.append({ op: 'crl', issuerId, number, entries, tbsSha256, signature: text });
    return made;
  });
  return signedDer(tbsDer, key.algorithm, signature);
}
