import { linkSync, lstatSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { giveDataDirectory } from './separation';

const PORTAL = { uid: 64_702, gid: 64_702 };
const isRoot = process.getuid?.() === 0;

function folders() {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-separation-'));
  const [dataDir, elsewhere] = [join(folder, 'data'), join(folder, 'elsewhere')];
  for (const path of [dataDir, join(dataDir, 'edge'), join(dataDir, 'signer'), elsewhere]) {
    mkdirSync(path);
  }
  for (const path of ['data/edge/state', 'data/signer/key', 'elsewhere/shadow']) {
    writeFileSync(join(folder, path), 'x');
  }
  return { dataDir, elsewhere };
}
const ownerOf = (...path: string[]) => lstatSync(join(...path)).uid;

describe.runIf(isRoot)('giveDataDirectory', () => {
  it("gives all to the portal but the folder itself and what is the signer's", () => {
    const { dataDir } = folders();
    giveDataDirectory(dataDir, PORTAL, [join(dataDir, 'signer')]);
    expect(ownerOf(dataDir, 'edge', 'state')).toBe(PORTAL.uid);
    expect(ownerOf(dataDir, 'edge')).toBe(PORTAL.uid);
    expect([ownerOf(dataDir), ownerOf(dataDir, 'signer'), ownerOf(dataDir, 'signer/key')]).toEqual([
      0, 0, 0,
    ]);
    expect(lstatSync(dataDir).mode & 0o7777).toBe(0o1770);
  });

  it('gives nothing away that a link in it leads to, be it symbolic or a second name', () => {
    const { dataDir, elsewhere } = folders();
    symlinkSync(elsewhere, join(dataDir, 'edge', 'folder'));
    symlinkSync(join(elsewhere, 'shadow'), join(dataDir, 'file'));
    linkSync(join(elsewhere, 'shadow'), join(dataDir, 'edge', 'second'));
    giveDataDirectory(dataDir, PORTAL, []);
    expect([ownerOf(elsewhere), ownerOf(elsewhere, 'shadow')]).toEqual([0, 0]);
    expect(ownerOf(dataDir, 'file')).toBe(PORTAL.uid);
  });
});
