/** Key folders of tests, and openssl as the judge of what is made in them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { pkiAddresses } from '@/lib/pki/addresses';
import { pemOf } from '@/lib/pki/pem';
import { composed } from '@/lib/pki/testing';
import { openFolderSigner } from '../folder-signer';
import { folderSealingKey, type StoredIssuer, storedIssuers } from '../key-folder';
import { linted, PKI_URL, testDraft, verifiedCsr } from '../testing';
import { planInit } from './init';
import type { CaRoom, KeyWords, Plan } from './plan';

// scrypt takes half a second, and every folder has a seal of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const PASSPHRASE = 'a passphrase for tests';
export const P256: KeyWords = { kind: 'EC P-256', into: 'folder' };
export const P384: KeyWords = { kind: 'EC P-384', into: 'folder' };

export type Workshop = {
  readonly place: string;
  room(name: string, now: Date): CaRoom;
  /** Verdict of `openssl verify`, strictly, at that moment; files are named as they were written. */
  verify(input: { leaf: string; trusted: string[]; untrusted: string[]; at: Date }): string;
  write(name: string, der: Uint8Array): string;
  remove(): void;
};

export function workshop(): Workshop {
  const place = mkdtempSync(join(tmpdir(), 'countersign-ca-'));
  return {
    place,
    room(name, now) {
      const folder = join(place, name);
      return { folder, sealingKey: () => folderSealingKey(folder, PASSPHRASE), token: null, now };
    },
    write(name, der) {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, name), pemOf(der, 'CERTIFICATE'));
      return name;
    },
    verify({ leaf, trusted, untrusted, at }) {
      const args = [
        ...['verify', '-x509_strict', '-purpose', 'sslclient'],
        ...['-no-CAfile', '-no-CApath', '-attime', String(Math.floor(at.getTime() / 1000))],
        ...trusted.flatMap((file) => ['-trusted', file]),
        ...untrusted.flatMap((file) => ['-untrusted', file]),
        leaf,
      ];
      const { stdout, stderr } = spawnSync('openssl', args, { cwd: place, encoding: 'utf8' });
      return `${stdout}${stderr}`;
    },
    remove: () => rmSync(place, { recursive: true }),
  };
}

/** A root and issuing CAs in one folder. */
export async function made(
  room: CaRoom,
  environments: readonly Environment[] = ENVIRONMENTS,
): Promise<void> {
  await planInit({
    room,
    rootRoom: room,
    environments,
    providerName: 'Harbor Bank',
    rootKey: P384,
    issuingKey: P256,
    pkiUrl: PKI_URL,
  }).run();
}

/** The CA of this name. @throws Error when there is none */
export function named(folder: string, name: string): StoredIssuer {
  const found = storedIssuers(folder).find((one) => one.name === name);
  if (found) return found;
  throw new Error(`no CA is called ${name}`);
}

/** A leaf for production that the folder's signer made with the key of this CA. DER. */
export async function leafOf(room: CaRoom, issuer: StoredIssuer): Promise<Uint8Array> {
  const { now } = room;
  const { signer, close } = await openFolderSigner({
    folder: room.folder,
    sealingKey: await room.sealingKey(),
    openTokenKey: null,
    pkiUrl: PKI_URL,
    now: () => now,
    maxPerMinute: 100,
  });
  const { issuerId } = issuer;
  const csr = await verifiedCsr(composed());
  const addresses = pkiAddresses(PKI_URL, issuerId);
  const draft = await testDraft(
    csr,
    { production: issuer, addresses },
    { now, seed: `${issuerId}${now.getTime()}` },
  );
  const intentId = `intent ${issuerId} ${now.getTime()}`;
  const leaf = await signer.sign({ intentId, issuerId, tbs: linted(draft) });
  await close();
  return leaf;
}

export function openssl(folder: string, ...args: string[]): string {
  return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

export async function carriedOut(plan: Plan | Promise<Plan>): Promise<readonly string[]> {
  return (await plan).run();
}
