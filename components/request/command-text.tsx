/** A command for show: its program in colour, and the values marked that are not among the known ones. */
export function CommandText({
  command,
  known = new Set(),
}: {
  command: string;
  /** Values of the request that the command repairs; with none, nothing is marked. */
  known?: ReadonlySet<string>;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard.
    <pre className="command" tabIndex={0}>
      {commandParts(command, known).map(({ text, kind, at }) =>
        kind === 'fix' ? (
          <mark key={at} className="fix">
            {text}
          </mark>
        ) : (
          <span key={at} className={kind}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}

type Part = { text: string; kind: '' | 'f' | 'fix'; at: number };

/** Splits a command for show: the program, and the values that are not in the request. */
function commandParts(command: string, known: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  const add = (text: string, kind: Part['kind']) => {
    if (text !== '') parts.push({ text, kind, at: parts.length });
  };
  const pattern =
    /(^(?:openssl|keytool|step) [\w-]+)|((?:\/[A-Z]+=|["',] ?(?:CN|O|L|ST|C)=|DNS:|dns:))((?:\\.|[^/,"'\n\\])+)/gm;
  let done = 0;
  for (const match of command.matchAll(pattern)) {
    const [whole, program, name = '', value = ''] = match;
    add(command.slice(done, match.index), '');
    if (program) add(program, 'f');
    else {
      add(name, '');
      add(value, known.size === 0 || known.has(value) ? '' : 'fix');
    }
    done = match.index + whole.length;
  }
  add(command.slice(done), '');
  return parts;
}
