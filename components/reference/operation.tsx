import { CodeBlock } from '@/components/ui/code-block';
import { MarkedText } from '@/components/ui/marked-text';
import { counted } from '@/components/words';
import type { ReferenceField, ReferenceOperation } from '@/lib/contract/reference';
import { Errors } from './errors';

/** One operation, under an address of its own, without the errors that any call may have. */
export function OperationBlock({ operation }: { operation: ReferenceOperation }) {
  const { id, method, path, summary, description, parameters, body, reply, errors, curl } =
    operation;
  const words = [
    id,
    method,
    path,
    summary,
    ...[...parameters, ...body, ...reply.fields].map(({ name }) => name),
  ];
  return (
    <article className="operation" id={id} data-words={words.join(' ').toLowerCase()}>
      <header>
        <h3 className="h3">
          <a href={`#${id}`}>{summary}</a>
        </h3>
        <p className="operation-path mono">
          <b>{method}</b> {path}
        </p>
        <p className="small soft">
          <MarkedText text={description} />
        </p>
      </header>
      <div className="operation-cols">
        <div>
          <Fields name="Parameters" fields={parameters} />
          <Fields name="Body (JSON)" fields={body} />
          <Reply of={reply} />
        </div>
        <div className="operation-side">
          <CodeBlock name="curl" what="command" text={curl} />
          {errors.length > 0 ? (
            <>
              <h4>
                Errors beside{' '}
                <a className="link" href="#any-error">
                  those of any call
                </a>
              </h4>
              <Errors of={errors} />
            </>
          ) : null}
        </div>
      </div>
    </article>
  );
}

function Fields({ name, fields }: { name?: string; fields: (ReferenceField & { in?: string })[] }) {
  if (fields.length === 0) return null;
  return (
    <>
      {name ? <h4>{name}</h4> : null}
      <dl className="fields">
        {fields.map((field) => (
          <div key={`${field.in ?? ''} ${field.name}`}>
            <dt>
              <code>{field.name}</code>
            </dt>
            <dd>
              <span className="quiet">
                {field.type}
                {field.in ? `, in the ${field.in}` : ''}
                {field.required === 'yes' ? '' : ', optional'}
              </span>
              {field.description ? <MarkedText text={` ${field.description}`} /> : null}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Reply({ of: { status, media, fields, headers } }: { of: ReferenceOperation['reply'] }) {
  const content = fields.length > 0 ? counted(fields.length, 'member') : media;
  return (
    <details className="operation-reply">
      <summary>
        Reply <code>{status}</code>: {content}
      </summary>
      <Fields fields={fields} />
      <p className="small quiet mt-2">Headers: {headers.join(', ')}</p>
    </details>
  );
}
