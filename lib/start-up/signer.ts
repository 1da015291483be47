/** The signer that a portal asks: another process, or, in tests, one of its own. */
import { currentTime } from '@/lib/platform/clock';
import type { PortalEnv } from '@/lib/platform/env';
import { ensureAuthority } from '@/lib/signer/first-authority';
import { openFolderSigner } from '@/lib/signer/folder-signer';
import { folderSealingKey } from '@/lib/signer/key-folder';
import { type Signer, SignerGone } from '@/lib/signer/port';
import { socketSigner } from '@/lib/signer/socket-client';

export type SignerSettings =
  /** `intents`: whether the signer reads them from the database, or is sent them. */
  | { kind: 'socket'; path: string; secret: string; intents: 'read' | 'sent' }
  /** In this process, over a key folder. */
  | { kind: 'folder'; folder: string; passphrase: string }
  /** Nothing is issued by this process. */
  | { kind: 'none' };

/** From the environment; a process that was told of no signer has none. */
export function signerSettings({ signer, databaseUrl }: PortalEnv): SignerSettings {
  const { socket, secret } = signer;
  if (socket === null || secret === null) return { kind: 'none' };
  return { kind: 'socket', path: socket, secret, intents: databaseUrl === null ? 'sent' : 'read' };
}

export async function openSigner(input: {
  signer: SignerSettings;
  providerName: string;
  pkiUrl: string;
}): Promise<{ signer: Signer; closeSigner(): Promise<void> }> {
  const { signer: settings, providerName, pkiUrl } = input;
  switch (settings.kind) {
    case 'socket':
      return { signer: socketSigner(settings), closeSigner: async () => undefined };
    case 'none':
      return { signer: NO_SIGNER, closeSigner: async () => undefined };
    case 'folder': {
      const { folder, passphrase } = settings;
      const sealingKey = await folderSealingKey(folder, passphrase);
      await ensureAuthority({
        folder,
        sealingKey,
        token: null,
        providerName,
        pkiUrl,
        now: currentTime(),
      });
      const opened = await openFolderSigner({
        folder,
        sealingKey,
        pkiUrl,
        openTokenKey: null,
        now: currentTime,
        maxPerMinute: Number.POSITIVE_INFINITY,
      });
      return { signer: opened.signer, closeSigner: opened.close };
    }
  }
}

const noSigner = () => Promise.reject(new SignerGone('this process was told of no signer'));
const NO_SIGNER: Signer = {
  sign: noSigner,
  signCrl: noSigner,
  signOcspResponder: noSigner,
  // Nothing held is no fault of a process that issues nothing.
  status: () => Promise.resolve({ issuers: [], crlNumbers: {}, log: { entries: 0, head: '' } }),
};
