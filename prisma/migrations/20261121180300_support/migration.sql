-- AlterTable
ALTER TABLE "session" ADD COLUMN     "view_account_id" TEXT,
ADD COLUMN     "view_reason" TEXT,
ADD COLUMN     "view_started_at" TIMESTAMPTZ(3),
ADD COLUMN     "view_until" TIMESTAMPTZ(3);

-- What support's one box looks up, over 200,000 accounts and 1,000,000 certificates. A name is found by how it begins,
-- whatever the case: `lower(x) LIKE 'abc%'` walks an index only under text_pattern_ops, since the database's own
-- collation sorts otherwise. Trigrams would find the middle of a name too, and are no part of every database.
CREATE INDEX "account_name_begins" ON "account" (lower("name") text_pattern_ops);
CREATE INDEX "account_legal_name_begins" ON "account" (lower("legal_name") text_pattern_ops);
CREATE INDEX "person_name_begins" ON "person" (lower("name") text_pattern_ops);
CREATE INDEX "person_email_begins" ON "person" (lower("email") text_pattern_ops);
CREATE INDEX "api_client_name_begins" ON "api_client" (lower("name") text_pattern_ops);
CREATE INDEX "certificate_common_name_begins" ON "certificate" (lower("common_name") text_pattern_ops);
-- Everybody of a domain.
CREATE INDEX "person_domain" ON "person" (split_part("email", '@', 2), "email");
-- A serial needs none: it is unique within its issuer, and issuers are few enough to be named.

-- A refused call by what its caller has: the request id of the answer, the address it came from (or how that begins, for
-- a network), the certificate it presented. Passed calls are counted by network.
CREATE INDEX "refused_call_request_id_idx" ON "refused_call"("request_id");
CREATE INDEX "refused_call_source_begins" ON "refused_call" (lower("source_address") text_pattern_ops, "at");
CREATE INDEX "refused_call_fingerprint_at_idx" ON "refused_call"("fingerprint", "at");
CREATE INDEX "call_count_network_hour_idx" ON "call_count"("network", "hour");
-- A change by the request that made it.
CREATE INDEX "audit_event_request_id_idx" ON "audit_event"("request_id");
