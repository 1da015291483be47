-- AlterTable
ALTER TABLE "certificate" ADD COLUMN     "last_seen_client_id" TEXT,
ADD COLUMN     "last_seen_tls" TEXT;

-- CreateTable
CREATE TABLE "decision" (
    "sequence" BIGSERIAL NOT NULL,
    "account_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "edge_id" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "calls" INTEGER NOT NULL,
    "listener" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "certificate_id" TEXT,
    "api_client_id" TEXT,
    "fingerprint" TEXT,
    "source_address" TEXT NOT NULL,
    "user_agent" TEXT,
    "tls_version" TEXT,
    "http_version" TEXT,

    CONSTRAINT "decision_pkey" PRIMARY KEY ("sequence")
);

-- CreateIndex
CREATE INDEX "decision_account_id_sequence_idx" ON "decision"("account_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "decision_edge_id_request_id_outcome_key" ON "decision"("edge_id", "request_id", "outcome");

GRANT SELECT ON "decision" TO countersign_app;
ALTER TABLE "decision" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "decision" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));

-- Which edges there are, and what they have applied, is shown to every account; their tokens and all else are not.
GRANT SELECT ("id", "name", "revoked_at", "applied_number", "last_seen_at") ON "edge" TO countersign_app;
