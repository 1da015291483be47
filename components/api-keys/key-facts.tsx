import { Ago, Day, Moment } from '@/components/time/when';
import { Fact } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { ApiKeyView } from '@/lib/contract/api-keys';
import { environmentsOf, scopesOf } from './words';

export function KeyFacts({ of: key }: { of: ApiKeyView }) {
  return (
    <section className="sheet sheet-pad">
      <h2 className="h2">This key</h2>
      <dl className="facts tight mt-2">
        <Fact name="Begins with" form="mono">
          {key.start}
        </Fact>
        <Fact name="May">{scopesOf(key.scopes)}</Fact>
        <Fact name="In">{environmentsOf(key)}</Fact>
        <Fact name="From" form={key.networks.length > 0 ? 'mono' : 'plain'}>
          {key.networks.length > 0 ? key.networks.join(', ') : 'anywhere'}
        </Fact>
        <Fact name="Expires">
          {key.expiresAt ? <Moment at={key.expiresAt} /> : 'never, until it is revoked'}
        </Fact>
        {key.revokedAt ? (
          <Fact name="Revoked">
            <Moment at={key.revokedAt} />
          </Fact>
        ) : null}
        <Fact name="Last used">
          {key.lastUsed ? (
            <span>
              <Ago at={key.lastUsed.at} />
              {key.lastUsed.address ? ` from ${key.lastUsed.address}` : ''}
            </span>
          ) : (
            'never'
          )}
        </Fact>
        <Fact name="Made">
          <span>
            <Day at={key.createdAt} />
            {key.createdBy ? ` by ${key.createdBy}` : ''}
          </span>
        </Fact>
        <Chain of={key} />
      </dl>
    </section>
  );
}

function Chain({ of: { replacesId, replacedById } }: { of: ApiKeyView }) {
  return (
    <>
      {replacesId ? (
        <Fact name="Replaces">
          <Link className="link" href={`/api-keys/${replacesId}`}>
            the key before it
          </Link>
        </Fact>
      ) : null}
      {replacedById ? (
        <Fact name="Replaced by">
          <Link className="link" href={`/api-keys/${replacedById}`}>
            the key after it
          </Link>
        </Fact>
      ) : null}
    </>
  );
}
