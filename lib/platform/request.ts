import { headers } from 'next/headers';
import { factsFrom, type RequestFacts } from './request-facts';

/** For pages and server actions. */
export async function requestFacts(): Promise<RequestFacts> {
  return factsFrom(await headers());
}
