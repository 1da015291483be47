import type { Metadata } from 'next';
import { RevokeKeyForm, RotateForm } from '@/components/api-keys/end-forms';
import { KeyFacts } from '@/components/api-keys/key-facts';
import { isOver, KEY_STATES } from '@/components/api-keys/words';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { getApiKey, isInUse } from '@/lib/api-access/own-keys';
import { currentTime } from '@/lib/platform/clock';
import { orNotFound } from '../../attempt';
import { inAccount } from '../../opened';
import { revokeKeyAction, rotateKeyAction } from '../actions';

export const metadata: Metadata = { title: 'API key' };

type Props = { params: Promise<{ id: string }> };

export default async function ApiKeyPage({ params }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const { id } = await params;
  const key = await orNotFound(() => getApiKey(principal, id));
  const { shape, name } = KEY_STATES[key.state];
  const manages = can('api-keys.manage');
  const rotatable = key.state === 'live' || key.state === 'expiring' ? 'yes' : 'no';
  return (
    <>
      <div>
        <p className="small">
          <Link className="link" href="/api-keys">
            API keys
          </Link>
        </p>
        <h1 className="title">
          {key.name}{' '}
          <Badge shape={shape} form="pill">
            {name}
          </Badge>
        </h1>
      </div>
      {key.refused && !isOver(key) ? (
        <Notice tone="refused" title={`Refused from ${key.refused.address}`}>
          <p>
            Somebody there has the whole key, and it may not be used from there. If that is none of
            your machines, the key leaked: rotate it now, and let the old one end at once.
          </p>
        </Notice>
      ) : null}
      <div className="cols">
        <div className="c7 grid gap-6">
          {manages ? (
            <RotateForm rotatable={rotatable} action={rotateKeyAction.bind(null, id)} />
          ) : null}
          {manages && !isOver(key) ? (
            <RevokeKeyForm
              name={key.name}
              confirmation={isInUse(key, currentTime()) ? 'typed' : 'none'}
              action={revokeKeyAction.bind(null, id)}
            />
          ) : null}
          {manages ? null : (
            <Notice>
              <p>An Owner or Admin of the account can rotate and revoke it.</p>
            </Notice>
          )}
        </div>
        <aside className="c5">
          <KeyFacts of={key} />
        </aside>
      </div>
    </>
  );
}
