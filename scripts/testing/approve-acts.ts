/**
 * A portal in which support asks for two acts and a lead approves them, one after the other; with FAILPOINT it ends
 * itself on the way. Its one line says where it was, and what was asked for.
 */
import { issueCertificate } from '@/lib/certificates/issue';
import { armFailpoint } from '@/lib/platform/failpoint';
import { opensslCsr, openTestPortal } from '@/lib/start-up/testing';
import { askForAct } from '@/lib/support-acts/ask';
import { approveAct } from '@/lib/support-acts/decide';
import { findKeys } from '@/lib/support-acts/key-use';
import { staff } from '@/lib/support-acts/testing';

armFailpoint(process.env);
const { dataDir, databaseUrl, newAccount } = await openTestPortal();
const [first, second] = [await newAccount(), await newAccount()];
const { csr } = opensslCsr();
for (const environment of ['sandbox', 'production'] as const) {
  await issueCertificate(second.key(), { csr, environment });
}
const sam = staff('support', 'Sam Support');
const lena = staff('support_lead', 'Lena Lead');
const [spkiSha256 = ''] = await findKeys(sam, csr);
const reason = 'The key was found in a public repository';
const suspension = await askForAct(sam, {
  ...{ accountId: first.id, act: { kind: 'suspend-account' }, reason },
});
const compromise = await askForAct(sam, {
  ...{ accountId: null, act: { kind: 'compromise', spkiSha256, since: new Date(0).toISOString() } },
  reason,
});
const acts = [
  { id: suspension.id, accountId: first.id },
  { id: compromise.id, accountId: second.id },
];
process.stdout.write(`${JSON.stringify({ place: { dataDir, databaseUrl }, acts, csr })}\n`);
for (const { id } of acts) await approveAct(lena, id, null);
