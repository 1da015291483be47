/** A real nginx that asks for client certificates, as somebody would run one beside us. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/postgres';
import { findNginx } from '../../scripts/testing/tools';
import { openssl } from './shell';
import { cleanEnv } from './tree';

export type Nginx = {
  readonly url: string;
  /** Of its own server certificate. */
  readonly caFile: string;
  readonly folder: string;
  /** Reads its files again, as after a new list was fetched. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

/** @param lines directives of its one server, with paths in `folder` */
export async function startNginx(folder: string, lines: readonly string[]): Promise<Nginx> {
  const binary = findNginx();
  if (binary === null) throw new Error('nginx was not found: npm test says how to install it');
  const port = await freePort();
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', 'server.key', '-out', 'server.pem'];
  await openssl(folder, ['req', '-x509', '-days', '2', ...key, ...files, ...name]);
  mkdirSync(join(folder, 'temporary'));
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, lines));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')];
  const child = spawn(binary, args, { env: cleanEnv({}), stdio: 'ignore' });
  const ended = once(child, 'exit');
  return {
    url: `https://localhost:${port}/`,
    caFile: join(folder, 'server.pem'),
    folder,
    async reload() {
      child.kill('SIGHUP');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function configuration(folder: string, port: number, lines: readonly string[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, 'temporary', kind)};`)
    .join('\n  ');
  return `daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} info;
events {}
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${join(folder, 'server.pem')};
    ssl_certificate_key ${join(folder, 'server.key')};
    ssl_session_tickets off;
    ssl_session_cache off;
    ${lines.join('\n    ')}
    location / { return 200 "$ssl_client_verify\\n"; }
  }
}
`;
}
