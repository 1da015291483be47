/** Keys that wait for their certificate: what `ca request` leaves in the folder, and `ca import` takes away. */
import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';
import { Custody, jsonIn, KeyFolderError, writeOnce } from '../key-folder';

const der = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const Stored = z.strictObject({
  version: z.literal(1),
  issuerId: z.string().regex(idPattern('issuer')),
  environment: z.enum(ENVIRONMENTS),
  name: z.string(),
  request: der,
  spki: der,
  custody: Custody,
});

export type PendingRequest = {
  issuerId: string;
  environment: Environment;
  name: string;
  /** PKCS #10, DER. */
  requestDer: Uint8Array;
  spkiDer: Uint8Array;
  custody: Custody;
};

/** Oldest first. @throws KeyFolderError */
export function pendingRequests(folder: string): PendingRequest[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^request_.*\.json$/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const parsed = Stored.safeParse(jsonIn(path));
      if (!parsed.success) throw new KeyFolderError(`${path} is no request that was written here`);
      const { version: _version, request, spki, ...rest } = parsed.data;
      return { ...rest, requestDer: request, spkiDer: spki };
    });
}

/** @throws KeyFolderError when it is there already */
export function storeRequest(folder: string, request: PendingRequest): void {
  const { requestDer, spkiDer, ...rest } = request;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  writeOnce(pathOf(folder, request.issuerId), {
    version: 1,
    ...rest,
    request: base64(requestDer),
    spki: base64(spkiDer),
  });
}

/** Once its key is stored with a certificate. */
export function dropRequest(folder: string, issuerId: string): void {
  unlinkSync(pathOf(folder, issuerId));
}

function pathOf(folder: string, issuerId: string): string {
  return join(folder, `request_${issuerId}.json`);
}
