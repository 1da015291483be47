import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { KeyForm } from '@/components/api-keys/key-form';
import { requestFacts } from '@/lib/platform/request';
import { inAccount } from '../../opened';
import { makeKeyAction } from '../actions';

export const metadata: Metadata = { title: 'New API key' };

export default async function NewKeyPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  if (!signedIn.can('api-keys.manage')) redirect('/api-keys');
  const { address } = await requestFacts();
  return (
    <>
      <div>
        <h1 className="title">New API key</h1>
        <p className="lede">
          One for each program. What it may do cannot be changed later: make another instead.
        </p>
      </div>
      <div className="key-column">
        <KeyForm address={address} action={makeKeyAction} />
      </div>
    </>
  );
}
