import { Download } from 'lucide-react';
import { Day } from '@/components/time/when';
import { Segments, Tabs } from '@/components/ui/chips';
import { CodeBlock } from '@/components/ui/code-block';
import { Fact } from '@/components/ui/fact';
import { Remember } from './remember';
import { filesOf, type SnippetFacts } from './snippets/facts';
import { lastPassed } from './snippets/passed';
import {
  LANGUAGES,
  postmanSettings,
  runCommandOf,
  SNIPPET_IDS,
  type SnippetId,
  secretsOf,
} from './snippets/snippets';

/** The state of the address that decides what is shown; `path` carries everything else. */
export type ProgramChoice = { path: string; query: Record<string, string>; id: SnippetId };

/** One program in the language picked, with the names of its certificate, ready to run. */
export function Program({ choice, facts }: { choice: ProgramChoice; facts: SnippetFacts }) {
  const { id } = choice;
  const { name, fileName, write } = LANGUAGES[id];
  const text = write(facts);
  const query = new URLSearchParams({ ...choice.query, language: id, key: facts.key });
  const certificate = /^\/certificates\/(crt_\w+)$/.exec(choice.path)?.[1];
  if (certificate) query.set('certificate', certificate);
  return (
    <div className="program">
      <Remember name="snippet-language" value={id} />
      <Tabs
        label="Language"
        choices={SNIPPET_IDS.map((one) => ({
          name: LANGUAGES[one].name,
          href: hrefOf(choice, { language: one, key: facts.key }),
          picked: one === id,
        }))}
      />
      <div className="program-key">
        <Segments
          label="Key file"
          choices={(['plain', 'passphrase'] as const).map((key) => ({
            name: key === 'plain' ? 'Key without passphrase' : 'Key with passphrase',
            href: hrefOf(choice, { language: id, key }),
            picked: key === facts.key,
          }))}
        />
      </div>
      <CodeBlock
        name={fileName}
        what={id === 'curl' ? 'command' : 'program'}
        text={text}
        form={id === 'curl' ? 'command' : 'file'}
        acts={
          <a
            className="btn btn-sm"
            href={`/connect/snippet?${query}`}
            download={fileName}
            aria-label={`Download ${fileName}`}
          >
            <Download className="icon" aria-hidden="true" />
            Download
          </a>
        }
        footer={<LastRun id={id} />}
      />
      {id === 'postman' ? <Postman facts={facts} /> : <Run id={id} facts={facts} name={name} />}
    </div>
  );
}

function Run({ id, facts, name }: { id: SnippetId; facts: SnippetFacts; name: string }) {
  const { needs } = LANGUAGES[id];
  if (id === 'curl') {
    return (
      <p>
        {facts.key === 'passphrase'
          ? 'It asks for the password of the API client and the passphrase of the key. Neither is in the command.'
          : 'It asks for the password of the API client, which is not in the command.'}
      </p>
    );
  }
  return (
    <>
      <CodeBlock
        name={`Run it with ${name}`}
        what="command to run it"
        text={runCommandOf(id, facts)}
        footer={needs ? `It needs one package: ${needs}` : 'It needs nothing but the language.'}
      />
      <p>
        {secretsOf(id, facts).map((variable, index) => (
          <span key={variable}>
            {index > 0 ? ' and ' : ''}
            <code>{variable}</code>
          </span>
        ))}{' '}
        are asked for and given to the program in its environment: no file and no shell history
        holds them.
      </p>
    </>
  );
}

function Postman({ facts }: { facts: SnippetFacts }) {
  return (
    <>
      <p>
        Import the collection, set its variable <code>API_PASSWORD</code>, and under Settings,
        Certificates, Add certificate:
      </p>
      <dl className="facts tight">
        {postmanSettings(facts).map(({ name, value }) => (
          <Fact key={name} name={name} form="mono" copy={value}>
            {value}
          </Fact>
        ))}
      </dl>
    </>
  );
}

async function LastRun({ id }: { id: SnippetId }) {
  const passed = lastPassed(id);
  if (!passed) {
    return <span>Postman itself is not run by our tests; the request in it is.</span>;
  }
  return (
    <span>
      This text ran against the edge on <Day at={passed.at} />, with {passed.runtime}.
    </span>
  );
}

function hrefOf({ path, query }: ProgramChoice, picked: { language: string; key: string }): string {
  return `${path}?${new URLSearchParams({ ...query, ...picked })}`;
}

/** The files that have to lie beside a program, and where each comes from. */
export function filesBeside(facts: SnippetFacts): { name: string; from: 'key' | 'chain' | 'ca' }[] {
  const { cert, key } = filesOf(facts);
  return [
    { name: key, from: 'key' },
    { name: cert, from: 'chain' },
    ...(facts.caFile ? [{ name: facts.caFile, from: 'ca' as const }] : []),
  ];
}
