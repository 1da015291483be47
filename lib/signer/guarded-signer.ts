/**
 * What stands between a request and a CA key, whatever holds the key: the draft is linted again, must be of now, of an
 * issuing CA held here, and the only one its intent ever had; it is in the signer's log before the signature leaves.
 */
import { createHash } from 'node:crypto';
import { MINUTE_MS } from '@/lib/kernel/time';
import { type PkiAddresses, pkiAddresses } from '@/lib/pki/addresses';
import { copyOf } from '@/lib/pki/bytes';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { readDraft } from '@/lib/pki/lint-read';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { signedDer } from '@/lib/pki/signing-algorithm';
import { type HeldIssuer, type Signer, SignerRefusal } from './port';
import type { SigningKey } from './signing-key';
import type { SigningLog } from './signing-log';
import type { SigningMemory } from './signing-memory';

export type OpenIssuer = HeldIssuer & { readonly key: SigningKey | null };

/** CA keys and what was signed with them; `issuers` is asked each time, since CAs come and go. */
export type SigningDesk = {
  readonly issuers: () => ReadonlyMap<string, OpenIssuer>;
  readonly log: SigningLog;
  readonly memory: SigningMemory;
  /** Origin of the addresses in certificates. */
  readonly pkiUrl: string;
  readonly now: () => Date;
};

/** An intent is void after 15 minutes: nothing older is ever asked for by a portal that is well. */
const MAX_DRAFT_AGE_MS = 20 * MINUTE_MS;
/** Clocks of portal and signer. */
const MAX_AHEAD_MS = MINUTE_MS;

export function guardedSigner(desk: SigningDesk): Signer {
  return {
    async sign({ intentId, issuerId, tbs }) {
      const issuer = issuingCa(desk, issuerId);
      const { linted, serialHex } = judged(desk, issuer, tbs);
      const tbsSha256 = createHash('sha256').update(linted.tbsDer).digest('hex');
      const asked = { intentId, issuerId, serialHex, tbsSha256 };
      const signature = await desk.memory.once(asked, async () => {
        const made = await issuer.key.sign(linted.tbsDer);
        const text = Buffer.from(made).toString('base64');
        await desk.log.append({ op: 'certificate', ...asked, signature: text });
        return made;
      });
      return signedDer(linted.tbsDer, issuer.key.algorithm, signature);
    },
    async status() {
      const issuers = [...desk.issuers().values()].map(({ key, ...issuer }) => ({
        ...issuer,
        canSign: key !== null,
      }));
      return { issuers, log: desk.log.head() };
    },
  };
}

function issuingCa(desk: SigningDesk, issuerId: string): OpenIssuer & { key: SigningKey } {
  const issuer = desk.issuers().get(issuerId);
  if (!issuer?.key) throw new SignerRefusal(`no key of issuer ${issuerId} is held here`);
  if (issuer.kind !== 'issuing') throw new SignerRefusal(`${issuerId} is no issuing CA`);
  return { ...issuer, key: issuer.key };
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
  const age = desk.now().getTime() - (notBefore.getTime() + LEAF_PROFILE.backdateMs);
  if (age > MAX_DRAFT_AGE_MS || age < -MAX_AHEAD_MS) {
    throw new SignerRefusal('the draft is not of now: it would be dated back or ahead');
  }
  return { linted: result.linted, serialHex: Buffer.from(serial).toString('hex').toUpperCase() };
}

function addressesOf({ pkiUrl }: SigningDesk, issuerId: string): PkiAddresses {
  return pkiAddresses(pkiUrl, issuerId);
}
