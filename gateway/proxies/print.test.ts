import { describe, expect, it } from 'vitest';
import { ConfigError } from '@/gateway/config';
import { printConfig } from '@/gateway/proxies/print';

const PRODUCTS = ['nginx', 'haproxy', 'caddy', 'envoy'];

describe('npm run edge -- config', () => {
  it.each(PRODUCTS)('%s: a configuration with every place that a flag named', (product) => {
    const text = printConfig(['config', product, '--upstream', 'api.internal:81']);
    for (const port of ['8443', '8444', '9443', '9444']) expect(text).toContain(port);
    expect(text).toContain('api.internal');
    expect(text).not.toContain('undefined');
  });

  it('says of Envoy that nobody has run it', () => {
    expect(printConfig(['config', 'envoy'])).toMatch(/^# UNTESTED/);
  });

  it.each(PRODUCTS)('%s: has no secret in it, over a port neither', (product) => {
    const flags = ['--authorizer', '127.0.0.1:9700', '--authorizer-secret-file', '/etc/the-file'];
    const text = printConfig(['config', product, ...flags]);
    if (product !== 'haproxy') expect(text).toContain('9700');
    if (product === 'nginx') expect(text).toContain('include /etc/the-file;');
    if (product === 'caddy') expect(text).toContain('{env.EDGE_AUTHORIZER_SECRET}');
    if (product === 'haproxy') expect(text).toContain('"$' + '{EDGE_UPSTREAM_SECRET}"');
  });

  it.each([[['config', 'apache']], [['print', 'nginx']], [[]]])('%j: how it is used', (words) => {
    expect(() => printConfig(words)).toThrow(/npm run -s edge -- config nginx\|haproxy/);
  });

  it.each([
    ['--cert', '/a;b'],
    ['--cert', '/a b'],
    ['--upstream', 'api:80; return 200'],
    ['--hostnames', 'a,b}'],
    ['--run-dir', '/tmp/"'],
    ['--secret-header', 'X Y'],
    ['--sandbox-mtls-port', 'x'],
    ['--authorizer', '10.0.0.1:80'],
    ['--authorizer', 'unix:relative'],
    ['--identity-sources', 'bearer'],
    ['--cache', 'yes'],
    ['--unknown', 'x'],
  ])('%s %j is refused: it would stand in the configuration as it is', (flag, value) => {
    expect(() => printConfig(['config', 'nginx', flag, value])).toThrow(ConfigError);
  });
});
