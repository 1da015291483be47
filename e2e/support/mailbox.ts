/** The mails that were delivered, which in the demo are files, read by a parser that is not ours. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './shell';

export type Mail = { to: string; subject: string; headers: string[]; text: string; html: string };

const READ = `
import email, email.policy, json, sys
with open(sys.argv[1], 'rb') as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
print(json.dumps({'to': mail['To'], 'subject': mail['Subject'], 'headers': mail.keys(), 'text': parts['text/plain'], 'html': parts['text/html']}))
`;

/** One that is being written is left out; before the first there are none. */
export async function mailsIn(dataDir: string): Promise<Mail[]> {
  const folder = join(dataDir, 'outbox');
  const mails: Mail[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const { code, stdout } = await run('python3', ['-c', READ, join(folder, name)]);
    if (code === 0) mails.push(JSON.parse(stdout));
  }
  return mails;
}
