/** What portal and signer say to one another: HTTP on a Unix socket, JSON, one route for each operation. */
import { z } from 'zod';
import { ENVIRONMENTS } from '@/lib/kernel/environments';

const der = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** With PostgreSQL the signer reads the intent itself, and takes none from whoever asks. */
export const SignRequest = z.strictObject({
  intentId: z.string().min(1).max(64),
  intent: z.strictObject({ issuerId: z.string().min(1).max(64), tbsDer: der }).nullable(),
});

export const StatusReply = z.object({
  issuers: z.array(
    z.object({
      issuerId: z.string(),
      kind: z.enum(['root', 'issuing']),
      environment: z.enum(ENVIRONMENTS).nullable(),
      name: z.string(),
      certificateDer: der,
      crossCertificateDer: der.nullable(),
      canSign: z.boolean(),
    }),
  ),
  log: z.object({ entries: z.number(), head: z.string() }),
  crlNumbers: z.record(z.string(), z.number()),
});

export const ResponderRequest = z.strictObject({
  responderId: z.string().min(1).max(64),
  issuerId: z.string().min(1).max(64),
  tbsDer: der,
});

export const FaultReply = z.object({ refused: z.boolean(), message: z.string() });

export const ROUTES = {
  sign: '/sign',
  /** The body is the TBSCertList as it is, since it may have megabytes; the answer is the list's signature. */
  crl: '/crl',
  responder: '/responder',
  status: '/status',
} as const;
/** Whose list the body of `crl` is. */
export const ISSUER_HEADER = 'x-countersign-issuer';

/** JSON with every Uint8Array as base 64. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? Buffer.from(inner).toString('base64') : inner,
  );
}
