import { systemScope } from '@/lib/access/scope';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { deviceWords } from './device-words';
import type { Opened } from './open-session';

/** Tells a person of a sign-in from a browser that they had not used; of the very first one nobody needs to be told. */
export async function tellOfNewDevice(opened: Opened, request: RequestFacts): Promise<void> {
  const { personId, sessionId } = opened;
  await acrossAccounts(systemScope('authentication', request.requestId), async (tx) => {
    const before = await tx.session.count({ where: { personId, id: { not: sessionId } } });
    if (before === 0) return;
    const person = await tx.person.findUniqueOrThrow({ where: { id: personId } });
    await sendPersonalMail(tx, {
      ...{ address: person.email, personId, reader: person.name },
      data: {
        ...{ kind: 'new-sign-in', device: deviceWords(request.userAgent) },
        ...{ address: request.address, at: currentTime().toISOString() },
      },
      key: `new-sign-in/${sessionId}`,
    });
  });
}
