-- CreateTable
CREATE TABLE "deployment" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "provider_name" TEXT NOT NULL,
    "seal_salt" BYTEA NOT NULL,
    "seal_check" TEXT NOT NULL,
    "auth_secret" TEXT NOT NULL,
    "snapshot_key" TEXT NOT NULL,
    "snapshot_public_key" BYTEA NOT NULL,
    "name_key" TEXT NOT NULL,
    "snapshot_number" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "staff_role" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "account_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "legal_name" TEXT NOT NULL,
    "parent_id" TEXT,
    "live_limit" INTEGER NOT NULL DEFAULT 5,
    "suspended_at" TIMESTAMPTZ(3),
    "made_by_demo" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuer" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "environment" TEXT,
    "parent_id" TEXT,
    "name" TEXT NOT NULL,
    "certificate_der" BYTEA NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "issuer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuer_key" (
    "issuer_id" TEXT NOT NULL,
    "sealed_key" TEXT NOT NULL,

    CONSTRAINT "issuer_key_pkey" PRIMARY KEY ("issuer_id")
);

-- CreateTable
CREATE TABLE "intent" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "serial_hex" TEXT NOT NULL,
    "spki_sha256" TEXT NOT NULL,
    "tbs_der" BYTEA NOT NULL,
    "tbs_sha256" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "label" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "request_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "request_sha256" TEXT NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "intent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "slot" (
    "account_id" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "intent_id" TEXT NOT NULL,
    "releases_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "slot_pkey" PRIMARY KEY ("account_id","slot")
);

-- CreateTable
CREATE TABLE "public_key" (
    "spki_sha256" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "public_key_pkey" PRIMARY KEY ("spki_sha256")
);

-- CreateTable
CREATE TABLE "certificate" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "intent_id" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "common_name" TEXT NOT NULL,
    "serial_hex" TEXT NOT NULL,
    "sha256_fingerprint" TEXT NOT NULL,
    "spki_sha256" TEXT NOT NULL,
    "der" BYTEA NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,
    "revocation_reason" TEXT,
    "first_seen_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_client" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_hash" BYTEA NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enforcement" (
    "account_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_by" TEXT NOT NULL,

    CONSTRAINT "enforcement_pkey" PRIMARY KEY ("account_id","environment")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "account_id" TEXT,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "edge" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "enrolled_at" TIMESTAMPTZ(3),
    "applied_number" BIGINT,
    "last_seen_at" TIMESTAMPTZ(3),
    "lost" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "edge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "edge_change" (
    "id" BIGSERIAL NOT NULL,
    "number" BIGINT,
    "change" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "edge_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" TEXT NOT NULL,
    "chain" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" JSONB NOT NULL,
    "action" TEXT NOT NULL,
    "object_kind" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "request_id" TEXT NOT NULL,
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "chain" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("chain")
);

-- CreateTable
CREATE TABLE "refused_call" (
    "id" TEXT NOT NULL,
    "account_id" TEXT,
    "edge_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "environment" TEXT NOT NULL,
    "listener" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "certificate_id" TEXT,
    "api_client_id" TEXT,
    "fingerprint" TEXT,
    "source_address" TEXT NOT NULL,
    "user_agent" TEXT,
    "sni" TEXT,
    "tls_version" TEXT,

    CONSTRAINT "refused_call_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE INDEX "membership_person_id_idx" ON "membership"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "membership_account_id_person_id_key" ON "membership"("account_id", "person_id");

-- CreateIndex
CREATE INDEX "intent_state_lease_until_idx" ON "intent"("state", "lease_until");

-- CreateIndex
CREATE UNIQUE INDEX "intent_issuer_id_serial_hex_key" ON "intent"("issuer_id", "serial_hex");

-- CreateIndex
CREATE UNIQUE INDEX "intent_account_id_idempotency_key_key" ON "intent"("account_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "slot_intent_id_key" ON "slot"("intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_intent_id_key" ON "certificate"("intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_sha256_fingerprint_key" ON "certificate"("sha256_fingerprint");

-- CreateIndex
CREATE INDEX "certificate_account_id_created_at_id_idx" ON "certificate"("account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "certificate_not_after_idx" ON "certificate"("not_after");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_issuer_id_serial_hex_key" ON "certificate"("issuer_id", "serial_hex");

-- CreateIndex
CREATE INDEX "api_client_account_id_idx" ON "api_client"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_client_name_hash_key" ON "api_client"("name_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_client_environment_name_key" ON "api_client"("environment", "name");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");

-- CreateIndex
CREATE INDEX "api_key_account_id_idx" ON "api_key"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "edge_name_key" ON "edge"("name");

-- CreateIndex
CREATE UNIQUE INDEX "edge_change_number_key" ON "edge_change"("number");

-- CreateIndex
CREATE INDEX "audit_event_chain_object_id_idx" ON "audit_event"("chain", "object_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_event_chain_sequence_key" ON "audit_event"("chain", "sequence");

-- CreateIndex
CREATE INDEX "refused_call_account_id_at_idx" ON "refused_call"("account_id", "at");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer" ADD CONSTRAINT "issuer_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "issuer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_key" ADD CONSTRAINT "issuer_key_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "intent" ADD CONSTRAINT "intent_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "intent" ADD CONSTRAINT "intent_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_intent_id_fkey" FOREIGN KEY ("intent_id") REFERENCES "intent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "public_key" ADD CONSTRAINT "public_key_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_intent_id_fkey" FOREIGN KEY ("intent_id") REFERENCES "intent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_client" ADD CONSTRAINT "api_client_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enforcement" ADD CONSTRAINT "enforcement_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- One row, and only one.
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_single" CHECK ("id" = 1);
ALTER TABLE "person" ADD CONSTRAINT "person_email_lower" CHECK ("email" = lower("email"));
ALTER TABLE "slot" ADD CONSTRAINT "slot_positive" CHECK ("slot" >= 1);

-- Numbering the outbox looks only at what has no number yet.
CREATE INDEX "edge_change_unnumbered" ON "edge_change" ("id") WHERE "number" IS NULL;

-- The application role: what a Scope runs as. Roles belong to the cluster, so another database, or another portal
-- starting at the same moment, may have made it already.
DO $$
BEGIN
  CREATE ROLE countersign_app NOLOGIN NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'countersign_app', 'MEMBER') THEN
    EXECUTE format('GRANT countersign_app TO %I', current_user);
  END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL;
END $$;

GRANT USAGE ON SCHEMA public TO countersign_app;
GRANT SELECT ON "issuer" TO countersign_app;
GRANT SELECT, INSERT, UPDATE ON "certificate", "intent", "enforcement", "api_client", "api_key" TO countersign_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "slot" TO countersign_app;
GRANT SELECT, INSERT ON "public_key" TO countersign_app;
GRANT SELECT ON "membership", "refused_call" TO countersign_app;
-- UPDATE of one harmless column is the right to lock the account's row, not to raise its limit.
GRANT SELECT, UPDATE ("name") ON "account" TO countersign_app;
GRANT INSERT ON "edge_change" TO countersign_app;
GRANT USAGE ON SEQUENCE "edge_change_id_seq" TO countersign_app;
-- Events are added, never altered.
GRANT SELECT, INSERT ON "audit_event" TO countersign_app;
GRANT SELECT, INSERT, UPDATE ON "audit_head" TO countersign_app;

ALTER TABLE "account" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "account" TO countersign_app
  USING ("id" = current_setting('countersign.account_id', true));

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['membership', 'certificate', 'intent', 'slot', 'public_key', 'api_client',
    'enforcement', 'api_key', 'refused_call']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY "own" ON %I TO countersign_app
      USING ("account_id" = current_setting(''countersign.account_id'', true))', tenant_table);
  END LOOP;
  FOREACH tenant_table IN ARRAY ARRAY['audit_event', 'audit_head']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY "own" ON %I TO countersign_app
      USING ("chain" = current_setting(''countersign.account_id'', true))', tenant_table);
  END LOOP;
END $$;

-- Policy set on a parent holds for all below it; a Scope sees only its own account, so the question has one answer.
CREATE FUNCTION countersign_enforced_above(child TEXT, of_environment TEXT) RETURNS BOOLEAN
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE above AS (
    SELECT "parent_id" FROM "account" WHERE "id" = child
    UNION
    SELECT a."parent_id" FROM "account" a JOIN above ON a."id" = above."parent_id"
  )
  SELECT EXISTS (
    SELECT 1 FROM "enforcement" e JOIN above ON e."account_id" = above."parent_id"
    WHERE e."environment" = of_environment AND e."mode" = 'enforce'
  )
$$;
