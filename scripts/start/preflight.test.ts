import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkDatabase, checkNodeVersion, checkPortsFree } from './preflight';

describe('what is checked before anything slow', () => {
  it.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v24.0.0'])('runs on Node %s', (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  it.each(['v18.20.0', 'v20.18.3', 'v21.7.0', 'v22.11.0'])('refuses Node %s', (version) => {
    expect(() => checkNodeVersion(version)).toThrow(/^Node\.js v\S+ is not supported\. Install /);
  });

  it('names the setting that moves a port in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(
      checkPortsFree('127.0.0.1', [{ setting: 'EDGE_SANDBOX_MTLS_PORT', port }]),
    ).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or set EDGE_SANDBOX_MTLS_PORT to another port.`,
    );
    taken.close();
  });

  it('names HOST when it is not an address of this machine', async () => {
    await expect(checkPortsFree('192.0.2.1', [{ setting: 'PORT', port: 3000 }])).rejects.toThrow(
      /^HOST is 192\.0\.2\.1, which is not an address of this machine/,
    );
  });

  it('names host, port and database of one that cannot be reached, and no secret', async () => {
    const fault = await checkDatabase('postgresql://app:hunter2@127.0.0.1:1/portal').catch(String);
    expect(fault).toMatch(/the database "portal" on 127\.0\.0\.1, port 1, cannot be used/);
    expect(fault).not.toMatch(/hunter2|app:|\n/);
  });
});
