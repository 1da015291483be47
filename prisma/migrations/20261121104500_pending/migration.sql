-- AlterTable
ALTER TABLE "intent" ADD COLUMN     "released_at" TIMESTAMPTZ(3);

-- Recovery looks for these every two seconds, in every portal.
CREATE INDEX "intent_pending" ON "intent" ("lease_until") WHERE "state" = 'pending';
-- Whoever asks again with the same key resumes what is pending.
CREATE INDEX "intent_pending_key" ON "intent" ("account_id", "spki_sha256") WHERE "state" = 'pending';
