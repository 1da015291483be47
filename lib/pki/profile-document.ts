/**
 * docs/certificate-profile.md, printed from the tables:
 * `node --import tsx -e "import('./lib/pki/profile-document.ts').then((m) => process.stdout.write(m.profileDocument()))" > docs/certificate-profile.md`
 */
import { PROFILE_SECTIONS } from './profile-sections';
import type { ProfileSection, ProfileTable, ProfileText } from './profile-text';

export function profileDocument(): string {
  return `${[INTRODUCTION, ...PROFILE_SECTIONS.map(printed)].join('\n\n')}\n`;
}

const INTRODUCTION = `# Certificate profile

What is in every certificate we make, and what a signing request (CSR) must be like. Printed from the tables in \`lib/pki\` (\`profile.ts\`, \`lint.ts\`,
\`csr-rules.ts\`); a test holds this page to them.`;

function printed({ title, before, table, after }: ProfileSection): string {
  return [`## ${title}`, ...before.map(markdown), tableOf(table), ...after.map(markdown)].join(
    '\n\n',
  );
}

function tableOf({ head, rows }: ProfileTable): string {
  const names = `|${head.map((name) => (name === '' ? ' ' : ` ${name} `)).join('|')}|`;
  const rule = `|${head.map(() => '---').join('|')}|`;
  const lines = rows.map((cells) => `| ${cells.map(cell).join(' | ')} |`);
  return [names, rule, ...lines].join('\n');
}

function cell(text: ProfileText): string {
  return markdown(text).replaceAll('|', '\\|');
}

function markdown(text: ProfileText): string {
  if (typeof text === 'string') return text;
  return text.map((piece) => (typeof piece === 'string' ? piece : `\`${piece.code}\``)).join('');
}
