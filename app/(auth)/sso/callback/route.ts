import { comeBack } from '@/lib/identity/sso-journey';
import { journeyReply } from '../reply';

/** Where identity providers send people back to. */
export async function GET(request: Request): Promise<Response> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return journeyReply(() => comeBack(query));
}
