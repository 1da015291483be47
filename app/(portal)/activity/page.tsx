import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ActivityHeading } from '@/components/activity/heading';
import { inAccount } from '../opened';
import { askedOf } from './asked';
import { CallStream } from './call-stream';

export const metadata: Metadata = { title: 'Activity' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ActivityPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const asked = askedOf(await searchParams);
  // Where the changes were before they had a page of their own.
  if (asked.stream === 'changes') redirect('/activity/changes');
  return (
    <>
      <ActivityHeading picked="calls" />
      <div className="grid gap-6">
        <CallStream principal={principal} filter={asked} />
      </div>
    </>
  );
}
