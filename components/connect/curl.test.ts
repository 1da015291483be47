import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fileStemOf } from '@/lib/pki/csr-command';
import { curlWithCertificate } from './curl';

/** The words a POSIX shell makes of a command. */
function words(command: string): string[] {
  const script = `curl() { printf '%s\\n' "$@"; }\n${command}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

describe('the curl command', () => {
  it('is one command of the words meant, when a shell reads it', () => {
    const command = curlWithCertificate({
      mtlsUrl: 'https://localhost:8443/',
      commonName: 'erp.meridian.example',
      apiClient: 'erp-sync',
    });
    expect(words(command)).toEqual([
      '--cert',
      'erp-fullchain.pem',
      '--key',
      'erp.key',
      '--user',
      'erp-sync',
      'https://localhost:8443/connection/v1/testauthentication',
    ]);
  });

  it.each(["a'b", '$(id)', '`id`', 'a;id', 'a&&id', '"', '!x', '\\', 'a|b', '*'])(
    'T23: an API client named %j stays one word',
    (apiClient) => {
      const command = curlWithCertificate({ mtlsUrl: 'https://h', commonName: 'a.b', apiClient });
      expect(words(command).at(-2)).toBe(apiClient);
      expect(words(command)).toHaveLength(7);
    },
  );

  it('names files by the first label only', () => {
    expect(fileStemOf('ERP-1.meridian.example')).toBe('erp-1');
    expect(fileStemOf('--help.example')).toBe('help');
    expect(fileStemOf('$(id)')).toBe('id');
    expect(fileStemOf('...')).toBe('client');
  });
});
