/**
 * An authenticator of software, and the browser in front of it. Left alone both are honest; a test may have either say
 * something else than is so.
 * @see WebAuthn Level 3, 5.8.1, 6.1, 6.5.1
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const ORIGIN = 'http://localhost:3000';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** What is said otherwise than it is; it is signed as said. */
export type Said = {
  type?: string;
  origin?: string;
  challenge?: string;
  rpId?: string;
  present?: 'no';
  verified?: 'no';
  signCount?: number;
};

export type Attested = { clientDataHash: Buffer; spkiPem: string };
export type Statement = { fmt: string; attStmt: Map<string, string | number | Uint8Array[]> };

export type Authenticator = ReturnType<typeof newAuthenticator>;

/** @param given.credentialId base64url; a new one otherwise */
export function newAuthenticator(given: { credentialId?: string } = {}) {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = given.credentialId ?? randomBytes(32).toString('base64url');
  let signCount = 0;
  let userHandle = '';

  return {
    credentialId,

    /** @param attest how it says of which make it is; nothing otherwise, as browsers are asked */
    make(
      options: PublicKeyCredentialCreationOptionsJSON,
      said: Said = {},
      attest = (_: Attested): Statement => ({ fmt: 'none', attStmt: new Map() }),
    ): RegistrationResponseJSON {
      userHandle = options.user.id;
      const clientData = clientDataOf('webauthn.create', options.challenge, said);
      const authData = Buffer.concat([
        authenticatorData(HAS_CREDENTIAL, said.signCount ?? signCount, said),
        Buffer.alloc(16),
        Buffer.from([0, Buffer.from(credentialId, 'base64url').length]),
        Buffer.from(credentialId, 'base64url'),
        coseOf(key.publicKey.export({ format: 'jwk' })),
      ]);
      const { fmt, attStmt } = attest({
        clientDataHash: sha256(clientData),
        spkiPem: String(key.publicKey.export({ format: 'pem', type: 'spki' })),
      });
      const attestation = new Map<string, string | Uint8Array | Statement['attStmt']>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', new Uint8Array(authData)],
      ]);
      return {
        ...{ id: credentialId, rawId: credentialId, type: 'public-key' },
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
          transports: ['internal'],
        },
      };
    },

    answer(
      options: Pick<PublicKeyCredentialRequestOptionsJSON, 'challenge'>,
      said: Said = {},
    ): AuthenticationResponseJSON {
      signCount += 1;
      const clientData = clientDataOf('webauthn.get', options.challenge, said);
      const authData = authenticatorData(0, said.signCount ?? signCount, said);
      const signed = Buffer.concat([authData, sha256(clientData)]);
      return {
        ...{ id: credentialId, rawId: credentialId, type: 'public-key' },
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: sign('sha256', signed, key.privateKey).toString('base64url'),
          userHandle,
        },
      };
    },
  };
}

function clientDataOf(type: string, challenge: string, said: Said): Buffer {
  const data = { type, challenge, origin: ORIGIN, crossOrigin: false };
  const { origin = data.origin } = said;
  return Buffer.from(
    JSON.stringify({
      ...data,
      ...{ type: said.type ?? type, challenge: said.challenge ?? challenge, origin },
    }),
  );
}

function authenticatorData(flags: number, signCount: number, said: Said): Buffer {
  const data = Buffer.alloc(37);
  sha256(said.rpId ?? new URL(ORIGIN).hostname).copy(data);
  data[32] =
    flags |
    (said.present === 'no' ? 0 : USER_PRESENT) |
    (said.verified === 'no' ? 0 : USER_VERIFIED);
  data.writeUInt32BE(signCount, 33);
  return data;
}

/** @see RFC 9053, 7.1.1: EC2 on P-256, for ES256 */
function coseOf({ x = '', y = '' }: { x?: string; y?: string }): Uint8Array {
  const coordinate = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  return isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(x)],
      [-3, coordinate(y)],
    ]),
  );
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
