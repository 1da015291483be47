/** What the verbs ask of the portal: states of CAs, intents, and a line in the audit trail. */
import { z } from 'zod';
import type { KnownIntent, UnknownCertificate } from '@/lib/signer/ca/compare-log';
import type { KnownCertificate } from '@/lib/signer/ca/restore';
import { askOperator, askRunningPortal } from '../operator/ask';
import type { CaSettings } from './settings';

const States = z.array(z.object({ id: z.string(), state: z.string() }));
const Intents = z.array(
  z.object({
    intentId: z.string(),
    issuerId: z.string(),
    serialHex: z.string(),
    tbsSha256: z.string(),
    issued: z.boolean(),
    certificate: z.string().nullable(),
  }),
);
const WITH_CERTIFICATE = 200;
const PER_REQUEST = 200;

/** Null when no portal runs here. */
export async function issuerStates({ env }: CaSettings): Promise<Map<string, string> | null> {
  const answer = await askRunningPortal(env.dataDir, { noun: 'issuer', verb: 'list', args: {} });
  if (answer === null) return null;
  return new Map(States.parse(answer.result).map(({ id, state }) => [id, state]));
}

/** Whether there is a database to ask: that of a portal that runs, or the one in DATABASE_URL. */
export async function hasDatabase(settings: CaSettings): Promise<boolean> {
  return settings.env.databaseUrl !== null || (await issuerStates(settings)) !== null;
}

export async function changeState(
  { env }: CaSettings,
  verb: 'activate' | 'retire',
  id: string,
): Promise<string> {
  const answer = await askOperator(env, { noun: 'issuer', verb, args: { id } });
  const { name, state } = z.object({ name: z.string(), state: z.string() }).parse(answer);
  return `${name} is ${state}.`;
}

export async function publishList({ env }: CaSettings, id: string, crl: string): Promise<string> {
  const answer = await askOperator(env, { noun: 'issuer', verb: 'publish', args: { id, crl } });
  const published = z.object({ number: z.number(), nextUpdate: z.string() }).parse(answer);
  return `List ${published.number} is served, and is good until ${published.nextUpdate}.`;
}

export async function* intentPages({ env }: CaSettings): AsyncGenerator<KnownIntent[]> {
  for (let after = ''; ; ) {
    const args = { after };
    const page = Intents.parse(await askOperator(env, { noun: 'issuer', verb: 'intents', args }));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    after = last.intentId;
  }
}

/** Enters certificates that only the log has as revoked. @returns how many were not entered before */
export async function disown(
  { env }: CaSettings,
  certificates: readonly UnknownCertificate[],
): Promise<number> {
  let entered = 0;
  for (let at = 0; at < certificates.length; at += PER_REQUEST) {
    const args = { certificates: certificates.slice(at, at + PER_REQUEST) };
    const answer = await askOperator(env, { noun: 'issuer', verb: 'disown', args });
    entered += z.object({ entered: z.number() }).parse(answer).entered;
  }
  return entered;
}

/** Certificates that the database has and the log has not. */
export async function missingFromLog(
  settings: CaSettings,
  logged: ReadonlySet<string>,
): Promise<KnownCertificate[]> {
  const ids: string[] = [];
  for await (const page of intentPages(settings)) {
    for (const one of page) if (one.issued && !logged.has(one.intentId)) ids.push(one.intentId);
  }
  const found: KnownCertificate[] = [];
  for (let at = 0; at < ids.length; at += WITH_CERTIFICATE) {
    const args = { ids: ids.slice(at, at + WITH_CERTIFICATE) };
    const page = Intents.parse(
      await askOperator(settings.env, { noun: 'issuer', verb: 'intents', args }),
    );
    for (const { certificate, ...one } of page) {
      if (certificate === null) continue;
      found.push({ ...one, certificateDer: new Uint8Array(Buffer.from(certificate, 'base64')) });
    }
  }
  return found;
}

/** @returns what to tell the operator */
export async function noted(
  { env }: CaSettings,
  args: { act: string; id: string | null; note: string },
): Promise<string> {
  const answer = await askRunningPortal(env.dataDir, { noun: 'issuer', verb: 'note', args });
  return answer === null
    ? 'No portal runs here, so this is not in its audit trail: write it into the ceremony record.'
    : 'Recorded in the audit trail.';
}
