import { type KeyMaker, sealedKeys } from '../ceremony';
import { CaError, type CaRoom } from './plan';

/** Makes keys where they are to be kept. @throws CaError when there is no token to make them in */
export async function keyMaker(room: CaRoom, into: 'folder' | 'token'): Promise<KeyMaker> {
  if (into === 'folder') return sealedKeys(await room.sealingKey());
  if (room.token) return (await room.token()).makeKey;
  throw new CaError('--pkcs11: set PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN (or _PIN_FILE).');
}
