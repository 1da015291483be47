-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "environment" TEXT,
ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_used_address" TEXT,
ADD COLUMN     "networks" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "refused_address" TEXT,
ADD COLUMN     "refused_at" TIMESTAMPTZ(3),
ADD COLUMN     "replaces_id" TEXT;

-- CreateTable
CREATE TABLE "idempotency_record" (
    "digest" BYTEA NOT NULL,
    "account_id" TEXT,
    "request_sha256" BYTEA NOT NULL,
    "status" INTEGER,
    "body" TEXT,
    "headers" JSONB,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("digest")
);

-- CreateIndex
CREATE INDEX "idempotency_record_created_at_idx" ON "idempotency_record"("created_at");

-- CreateIndex
CREATE INDEX "api_key_expires_at_idx" ON "api_key"("expires_at");

-- CreateIndex
CREATE INDEX "api_key_replaces_id_idx" ON "api_key"("replaces_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "api_key"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What a key is compared with is read where callers are recognised, which no account's own scope does.
REVOKE SELECT, UPDATE ON "api_key" FROM countersign_app;
GRANT SELECT ("id", "account_id", "name", "prefix", "scopes", "revoked_at", "last_used_at", "created_at", "created_by",
  "environment", "expires_at", "networks", "replaces_id", "last_used_address", "refused_at", "refused_address")
  ON "api_key" TO countersign_app;
GRANT UPDATE ("revoked_at", "expires_at") ON "api_key" TO countersign_app;

-- A reply that failed is not kept, so its row goes at once; what is a day old the portal removes.
GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_record" TO countersign_app;
ALTER TABLE "idempotency_record" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "idempotency_record" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
