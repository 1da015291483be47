import type { Metadata } from 'next';
import { PublicFrame } from '@/components/public/frame';
import { Contents } from '@/components/reference/contents';
import { OperationBlock } from '@/components/reference/operation';
import { Calling, Promises } from '@/components/reference/promises';
import { ReferenceSearch } from '@/components/reference/search';
import { sectionName } from '@/components/reference/words';
import { openApiDocument } from '@/lib/contract/openapi';
import { type ReferenceSection, referenceOf } from '@/lib/contract/reference';
import { deployment } from '@/lib/platform/deployment';

export const metadata: Metadata = { title: 'API reference' };

// A page made at build time has no nonce for its scripts.
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ q?: string | string[] }> };

export default async function ReferencePage({ searchParams }: Props) {
  const { q } = await searchParams;
  const asked = typeof q === 'string' ? q.slice(0, 100) : '';
  const { publicUrl } = deployment();
  const document = JSON.parse(JSON.stringify(openApiDocument(publicUrl)));
  const { sections, anyError } = referenceOf(document, publicUrl);
  return (
    <PublicFrame>
      <div className="reference">
        <Contents sections={sections} />
        <main className="page" id="main" tabIndex={-1}>
          <div>
            <h1 className="title">API reference</h1>
            <p className="lede">
              Everything the REST API does, made from its{' '}
              <a className="link" href="/api/v1/openapi.json">
                OpenAPI document
              </a>
              , which the running server is tested against.
            </p>
          </div>
          <Calling errors={anyError} />
          <ReferenceSearch asked={asked} />
          {matching(sections, asked).map(({ name, operations }) => (
            <section key={name} id={`section-${name}`} data-section={name}>
              <h2 className="h2">{sectionName(name)}</h2>
              {operations.map((operation) => (
                <OperationBlock key={operation.id} operation={operation} />
              ))}
            </section>
          ))}
          <Promises />
        </main>
      </div>
    </PublicFrame>
  );
}

/** For readers without scripts; with them all stand on the page, and typing filters. */
function matching(sections: readonly ReferenceSection[], asked: string): ReferenceSection[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  return sections.flatMap(({ name, operations }) => {
    const left = operations.filter((one) => {
      const text = JSON.stringify(one).toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return left.length > 0 ? [{ name, operations: left }] : [];
  });
}
