/** The portal's side of the signer's socket. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SECOND_MS } from '@/lib/kernel/time';
import { signedDer, signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { traceHeaders } from '@/lib/telemetry/span';
import { type Signer, SignerGone, SignerRefusal } from './port';
import { FaultReply, ISSUER_HEADER, jsonOf, ROUTES, StatusReply } from './protocol';

/** A caller is told within two seconds that the signer is gone. */
const ANSWER_WITHIN_MS = SECOND_MS;
/** Nobody waits for it, and a busy machine is no signer that is gone. */
const STATUS_WITHIN_MS = 4 * SECOND_MS;
/** A list of megabytes, which nobody waits for. */
const CRL_WITHIN_MS = 10 * SECOND_MS;
const MAX_SOCKETS = 32;

/**
 * @param input.intents `read`: the signer reads them from the database; `sent`: it is given them
 */
export function socketSigner(input: {
  path: string;
  secret: string;
  intents: 'read' | 'sent';
}): Signer {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const ask = (call: Asked) =>
    answered({ ...call, socketPath: input.path, secret: input.secret, agent });
  return {
    async sign({ intentId, issuerId, tbs }) {
      const intent = input.intents === 'sent' ? { issuerId, tbsDer: tbs.tbsDer } : null;
      const body = jsonOf({ intentId, intent });
      const withinMs = ANSWER_WITHIN_MS;
      return new Uint8Array(await ask({ method: 'POST', path: ROUTES.sign, body, withinMs }));
    },
    async signCrl({ issuerId, tbs }) {
      const headers = { [ISSUER_HEADER]: issuerId };
      const call = { method: 'POST', path: ROUTES.crl, body: tbs.tbsDer, headers };
      const signature = await ask({ ...call, withinMs: CRL_WITHIN_MS });
      return signedDer(tbs.tbsDer, signingAlgorithmOf(tbs.issuerDer), new Uint8Array(signature));
    },
    async signOcspResponder({ responderId, issuerId, tbs }) {
      const body = jsonOf({ responderId, issuerId, tbsDer: tbs.tbsDer });
      const call = { method: 'POST', path: ROUTES.responder, body, withinMs: ANSWER_WITHIN_MS };
      return new Uint8Array(await ask(call));
    },
    async status() {
      const call = { method: 'GET', path: ROUTES.status, body: '', withinMs: STATUS_WITHIN_MS };
      return StatusReply.parse(JSON.parse((await ask(call)).toString('utf8')));
    },
  };
}

type Asked = {
  method: string;
  path: string;
  body: string | Uint8Array;
  withinMs: number;
  headers?: Record<string, string>;
};
type Call = Asked & {
  socketPath: string;
  secret: string;
  agent: Agent;
};

async function answered(call: Call): Promise<Buffer> {
  const { status, body } = await exchange(call, 'first');
  if (status === 200) return body;
  if (status === 401) throw new SignerGone('the signer has another start-up secret');
  const fault = FaultReply.safeParse(json(body));
  const message = fault.success ? fault.data.message : `the signer answered with status ${status}`;
  throw fault.success && fault.data.refused ? new SignerRefusal(message) : new Error(message);
}

function exchange(
  call: Call,
  attempt: 'first' | 'again',
): Promise<{ status: number; body: Buffer }> {
  const { body, agent, socketPath, path, method, withinMs } = call;
  return new Promise((resolve, reject) => {
    const gone = (cause: unknown) =>
      reject(new SignerGone('the signer does not answer', { cause }));
    const asked = request(
      {
        agent,
        socketPath,
        path,
        method,
        signal: AbortSignal.timeout(withinMs),
        headers: {
          Authorization: `Bearer ${call.secret}`,
          'Content-Length': Buffer.byteLength(body),
          ...traceHeaders(),
          ...call.headers,
        },
      },
      (response: IncomingMessage) => {
        buffer(response).then((read) => {
          resolve({ status: response.statusCode ?? 0, body: read });
        }, gone);
      },
    );
    asked.once('error', (error) => {
      // A kept connection may end just as it is used; every operation may be asked for again.
      if (asked.reusedSocket && attempt === 'first' && isReset(error)) {
        exchange(call, 'again').then(resolve, reject);
      } else gone(error);
    });
    asked.end(body);
  });
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(String(Object(error).code));
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
