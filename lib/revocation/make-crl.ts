/** Makes one issuer's next list: takes a number, reads what is revoked page by page, has it signed, keeps it. */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { setImmediate as letOthersWork } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { KnownIssuer } from '@/lib/issuers/book';
import { assert } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { crlBuilder } from '@/lib/pki/crl';
import { shallowParts } from '@/lib/pki/crl-read';
import { bitStringOctets, readDer } from '@/lib/pki/der';
import { type LintedCrl, lintCrl } from '@/lib/pki/lint-crl';
import { CRL_PROFILE } from '@/lib/pki/profile';
import { signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { traced } from '@/lib/telemetry/span';
import { acrossRevocations } from './across';
import { claimCrl, endLease, type PublishedCrl, revokedPage, storeCrl } from './queries';

/** Longer than a list of 100,000 takes on a busy machine; a portal that died has given it up by then. */
const LEASE_MS = 20 * SECOND_MS;
/** Reading a page holds up others for a few milliseconds. */
const PAGE = 4_000;

const verified = promisify(verify);

/**
 * @param above a number that the signer has signed before
 * @returns null while another portal makes it
 * @throws Error when it could not be read, signed or kept; the list before it stays
 */
export async function makeCrl(issuer: KnownIssuer, above: number): Promise<PublishedCrl | null> {
  const now = currentTime();
  const leaseUntil = new Date(now.getTime() + LEASE_MS);
  const claim = { issuerId: issuer.id, above, now, leaseUntil };
  const number = await acrossRevocations((tx) => claimCrl(tx, claim));
  if (number === null) return null;
  const attributes = { 'countersign.issuer_id': issuer.id };
  return traced({ name: 'make a revocation list', attributes }, () => made(issuer, number, now));
}

async function made(issuer: KnownIssuer, number: number, now: Date): Promise<PublishedCrl> {
  try {
    const linted = await listOf(issuer, number, now);
    const der = await deployment().signer.signCrl({ issuerId: issuer.id, tbs: linted });
    await crossCheck(der, linted);
    const crl = published(linted, der, now);
    await acrossRevocations((tx) => storeCrl(tx, issuer.id, crl));
    return crl;
  } catch (error) {
    await acrossRevocations((tx) => endLease(tx, issuer.id, number, now)).catch(() => undefined);
    throw error;
  }
}

async function listOf(issuer: KnownIssuer, number: number, now: Date): Promise<LintedCrl> {
  const issuerDer = issuer.certificateDer;
  const nextUpdate = new Date(now.getTime() + CRL_PROFILE.validityMs);
  const builder = crlBuilder({ issuerDer, number, thisUpdate: now, nextUpdate });
  // What expired is on one more list (RFC 5280, 3.3), and then on none.
  const expiresAfter = new Date(now.getTime() - CRL_PROFILE.validityMs);
  for (let afterSerial = ''; ; ) {
    const asked = { issuerId: issuer.id, afterSerial, expiresAfter, limit: PAGE };
    const page = await acrossRevocations((tx) => revokedPage(tx, asked));
    builder.add(page);
    if (page.length < PAGE) break;
    afterSerial = page.at(-1)?.serialHex ?? '';
    await letOthersWork();
  }
  const result = lintCrl({ ...builder.finish(), now });
  if ('linted' in result) return result.linted;
  throw new Error(`the list breaks ${result.findings.map(({ rule }) => rule).join(', ')}`);
}

/** The second opinion, by OpenSSL: exactly the intended bytes, signed by the issuer's key. */
async function crossCheck(der: Uint8Array, linted: LintedCrl): Promise<void> {
  const [tbs = new Uint8Array(), , signature = new Uint8Array()] = shallowParts(der);
  assert(Buffer.compare(tbs, linted.tbsDer) === 0, 'the signed bytes are those of the list');
  const { publicKey } = new X509Certificate(linted.issuerDer);
  const { hash } = signingAlgorithmOf(linted.issuerDer).webCryptoSign;
  const value = bitStringOctets(readDer(signature), 'a signature');
  const holds = await verified(hash.replace('-', ''), tbs, publicKey, value);
  assert(holds, 'the signature verifies by the key of the issuer');
}

function published(linted: LintedCrl, der: Uint8Array, now: Date): PublishedCrl {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  return {
    number: linted.number,
    thisUpdate: new Date(second),
    nextUpdate: new Date(second + CRL_PROFILE.validityMs),
    entries: linted.entries,
    der,
    sha256: createHash('sha256').update(der).digest('hex'),
  };
}
