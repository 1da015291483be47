import { createHash } from 'node:crypto';
import { copyOf } from '@/lib/pki/bytes';
import { readDraft } from '@/lib/pki/lint-read';
import { type LintedResponder, lintResponder } from '@/lib/pki/ocsp-responder';
import { RESPONDER_PROFILE } from '@/lib/pki/profile';
import { signedDer } from '@/lib/pki/signing-algorithm';
import { SignerRefusal } from './port';
import { assertOfNow, openCa, type SigningDesk } from './signing-desk';

/** A responder's certificate is linted again and must be of now; it is in the log before the signature leaves. */
export async function guardedResponder(
  desk: SigningDesk,
  input: { responderId: string; issuerId: string; tbs: LintedResponder },
): Promise<Uint8Array> {
  const { responderId, issuerId } = input;
  const { key, certificateDer } = openCa(desk, issuerId);
  // A copy: whoever asked must not be able to change the bytes between judging and signing.
  const draft = { tbsDer: copyOf(input.tbs.tbsDer), issuerDer: certificateDer };
  const result = lintResponder(draft);
  if ('findings' in result) {
    const rules = result.findings.map((one) => one.rule).join(', ');
    throw new SignerRefusal(`the draft breaks ${rules}`);
  }
  const { notBefore, serial } = readDraft(draft);
  assertOfNow(desk, new Date(notBefore.getTime() + RESPONDER_PROFILE.backdateMs));
  const serialHex = Buffer.from(serial).toString('hex').toUpperCase();
  const tbsSha256 = createHash('sha256').update(draft.tbsDer).digest('hex');
  const asked = { intentId: responderId, issuerId, serialHex, tbsSha256 };
  const signature = await desk.memory.once(asked, async () => {
    const made = await key.sign(draft.tbsDer);
    const text = Buffer.from(made).toString('base64');
    const signed = { issuerId, serialHex, tbsSha256, signature: text };
    await desk.log.append({ op: 'responder', responderId, ...signed });
    return made;
  });
  return signedDer(draft.tbsDer, key.algorithm, signature);
}
