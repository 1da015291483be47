-- Lists of accounts that have much, measured with `npm run bench:scale` over 200,000 accounts and 1,000,000 certificates.

-- The changes of an account by who made them. Row-level security lets an index serve only conditions that leak nothing
-- (LEAKPROOF), which `actor->>'id'` is not and a column compared with `=` is; so it is a column. It is computed from
-- what is hashed and cannot be written, so it says nothing that the chain does not.
ALTER TABLE "audit_event" ADD COLUMN "actor_id" TEXT GENERATED ALWAYS AS ("actor" ->> 'id') STORED;
-- Both end with the sequence, in which the list is ordered and paged: a page is a walk of one index, from its cursor to
-- its last row, however many events there are and however few are asked for.
CREATE INDEX "audit_event_chain_actor_id_sequence_idx" ON "audit_event"("chain", "actor_id", "sequence");
CREATE INDEX "audit_event_chain_action_sequence_idx" ON "audit_event"("chain", "action", "sequence");
-- A span of days, wherever in a long chain it lies; with the sequence in it, where such a span ends is read off the index.
CREATE INDEX "audit_event_chain_at_sequence_idx" ON "audit_event"("chain", "at", "sequence");

-- Certificates are listed newest first, and ids sort by time: (account_id, created_at, id) could not give that order,
-- so of an account with thousands either all were sorted or the whole table was walked. This one takes its place.
CREATE INDEX "certificate_account_id_id_idx" ON "certificate"("account_id", "id" DESC);
DROP INDEX "certificate_account_id_created_at_id_idx";

-- What expires soon, over all accounts, by day and by account: the fleet's first reader. Without the revoked, and with
-- the account in it, days and accounts are read off the index. It takes the place of one on not_after alone.
CREATE INDEX "certificate_expiring" ON "certificate" ("not_after", "account_id") WHERE "revoked_at" IS NULL;
DROP INDEX "certificate_not_after_idx";

-- The accounts that observe for longest, of those that observe.
CREATE INDEX "enforcement_observing" ON "enforcement" ("observed_since") WHERE "mode" = 'observe';

-- The compromise runs of one key, which stands in what was asked.
CREATE INDEX "support_act_key" ON "support_act" (("input" ->> 'spkiSha256'), "asked_at") WHERE "kind" = 'compromise';
