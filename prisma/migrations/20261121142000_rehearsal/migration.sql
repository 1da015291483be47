-- AlterTable
ALTER TABLE "edge" ADD COLUMN     "last_report_id" TEXT;

-- AlterTable
ALTER TABLE "enforcement" ADD COLUMN     "observed_since" TIMESTAMPTZ(3),
ADD COLUMN     "reminded_minutes" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN     "scheduled_by" JSONB,
ADD COLUMN     "scheduled_for" TIMESTAMPTZ(3),
ADD COLUMN     "scheduled_minutes" INTEGER,
ADD COLUMN     "scheduled_override" TEXT,
ADD COLUMN     "trial_before" TEXT,
ADD COLUMN     "trial_ends_at" TIMESTAMPTZ(3),
ADD COLUMN     "trial_started_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "call_count" (
    "digest" BYTEA NOT NULL,
    "account_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "environment" TEXT NOT NULL,
    "listener" TEXT NOT NULL,
    "certificate_id" TEXT,
    "api_client_id" TEXT,
    "outcome" TEXT NOT NULL,
    "evidence" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "calls" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "call_count_pkey" PRIMARY KEY ("digest")
);

-- CreateIndex
CREATE INDEX "call_count_account_id_environment_hour_idx" ON "call_count"("account_id", "environment", "hour");

-- CreateIndex
CREATE INDEX "call_count_certificate_id_hour_idx" ON "call_count"("certificate_id", "hour");

-- CreateIndex
CREATE INDEX "call_count_hour_idx" ON "call_count"("hour");

-- CreateIndex
CREATE INDEX "enforcement_trial_ends_at_idx" ON "enforcement"("trial_ends_at");

-- CreateIndex
CREATE INDEX "enforcement_scheduled_for_idx" ON "enforcement"("scheduled_for");

-- Edges report as the owner; an account reads its own.
GRANT SELECT ON "call_count" TO countersign_app;
ALTER TABLE "call_count" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "call_count" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));

-- The policies of all accounts above, which an account may not read and yet is held to.
DROP FUNCTION countersign_enforced_above(TEXT, TEXT);
CREATE FUNCTION countersign_policies_above(child TEXT)
RETURNS TABLE ("environment" TEXT, "mode" TEXT, "trial_ends_at" TIMESTAMPTZ, "trial_before" TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE above AS (
    SELECT "parent_id" FROM "account" WHERE "id" = child
    UNION
    SELECT a."parent_id" FROM "account" a JOIN above ON a."id" = above."parent_id"
  )
  SELECT e."environment", e."mode", e."trial_ends_at", e."trial_before"
  FROM "enforcement" e JOIN above ON e."account_id" = above."parent_id" WHERE e."mode" <> 'off'
$$;

-- What shows that an account, or one below it to which its policy reaches, can connect: its live certificates in an
-- environment, and when one of them last made a call that passed.
CREATE FUNCTION countersign_mtls_evidence(of_environment TEXT, at TIMESTAMPTZ)
RETURNS TABLE ("live" INT, "last_seen_at" TIMESTAMPTZ)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE reached AS (
    SELECT current_setting('countersign.account_id') AS "id"
    UNION
    SELECT a."id" FROM "account" a JOIN reached ON a."parent_id" = reached."id"
  )
  SELECT count(*)::INT, max(c."last_seen_at") FROM "certificate" c JOIN reached ON reached."id" = c."account_id"
  WHERE c."environment" = of_environment AND c."revoked_at" IS NULL AND c."not_after" > at
$$;
REVOKE ALL ON FUNCTION countersign_policies_above(TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION countersign_mtls_evidence(TEXT, TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_policies_above(TEXT) TO countersign_app;
GRANT EXECUTE ON FUNCTION countersign_mtls_evidence(TEXT, TIMESTAMPTZ) TO countersign_app;
