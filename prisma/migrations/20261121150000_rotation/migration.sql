-- AlterTable
ALTER TABLE "certificate" ADD COLUMN     "replaces_id" TEXT,
ADD COLUMN     "revoke_when_idle_by" TEXT,
ADD COLUMN     "revoke_when_idle_days" INTEGER;

-- AlterTable
ALTER TABLE "intent" ADD COLUMN     "replaces_id" TEXT;

-- CreateIndex
CREATE INDEX "certificate_replaces_id_idx" ON "certificate"("replaces_id");

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "certificate"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- The watch over what is to be revoked when idle looks for these, in every portal.
CREATE INDEX "certificate_revoke_when_idle" ON "certificate" ("id")
  WHERE "revoke_when_idle_days" IS NOT NULL AND "revoked_at" IS NULL;

-- Both steps of issuing as before, with the certificate that is renewed: an intent that is finished later keeps it.

-- The slot that was taken for a new intent. Only the slot is not known to the caller, so the text of the event comes in
-- two parts, around it.
CREATE OR REPLACE FUNCTION countersign_take_slot(planned JSONB, event JSONB, text_before_slot TEXT, text_after_slot TEXT) RETURNS INT
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  account TEXT := current_setting('countersign.account_id');
  spki TEXT := planned->>'spki_sha256';
  made_at TIMESTAMPTZ := planned->>'created_at';
  allowed INT;
  taken INT[];
  free INT := 1;
BEGIN
  SELECT a."live_limit" INTO allowed FROM "account" a
  WHERE a."id" = account AND a."suspended_at" IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND
    OR EXISTS (SELECT 1 FROM "intent" i WHERE i."account_id" = account AND i."spki_sha256" = spki AND i."state" = 'pending')
    OR EXISTS (SELECT 1 FROM "intent" i
      WHERE i."account_id" = account AND i."idempotency_key" = planned->>'idempotency_key')
    OR EXISTS (SELECT 1 FROM "slot" s WHERE s."account_id" = account AND s."releases_at" <= made_at)
  THEN RETURN NULL; END IF;
  taken := ARRAY(SELECT s."slot" FROM "slot" s WHERE s."account_id" = account);
  IF cardinality(taken) >= allowed THEN RETURN NULL; END IF;
  WHILE free = ANY (taken) LOOP free := free + 1; END LOOP;

  INSERT INTO "public_key" ("spki_sha256", "account_id", "created_at") VALUES (spki, account, made_at) ON CONFLICT DO NOTHING;
  IF NOT EXISTS (SELECT 1 FROM "public_key" k WHERE k."spki_sha256" = spki AND k."account_id" = account)
  THEN RETURN NULL; END IF;
  -- Asked after the claim, which must then not stay.
  IF countersign_key_blocked(spki) THEN RAISE EXCEPTION 'countersign: the key is blocked' USING ERRCODE = 'CS001'; END IF;

  INSERT INTO "intent" ("id", "account_id", "environment", "issuer_id", "serial_hex", "spki_sha256", "tbs_der", "tbs_sha256",
    "not_after", "label", "actor", "request_id", "state", "idempotency_key", "request_sha256", "lease_until", "created_at",
    "replaces_id")
  SELECT i."id", account, i."environment", i."issuer_id", i."serial_hex", spki, i."tbs_der", i."tbs_sha256",
    i."not_after", i."label", i."actor", i."request_id", 'pending', i."idempotency_key", i."request_sha256",
    i."lease_until", made_at, i."replaces_id"
  FROM jsonb_populate_record(NULL::"intent", planned) i;
  INSERT INTO "slot" ("account_id", "slot", "intent_id", "releases_at")
  VALUES (account, free, planned->>'id', (planned->>'releases_at')::TIMESTAMPTZ);
  PERFORM countersign_append_event(jsonb_set(event, '{detail,slot}', to_jsonb(free)), text_before_slot || free || text_after_slot);
  RETURN free;
END $$;

-- The slot of an intent that was pending and now has its certificate, with all that says so.
CREATE OR REPLACE FUNCTION countersign_store_certificate(issued JSONB, event JSONB, text_before_sequence TEXT, edge_change JSONB,
  notice JSONB) RETURNS INT
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  account TEXT := current_setting('countersign.account_id');
  held INT;
BEGIN
  PERFORM 1 FROM "account" a WHERE a."id" = account AND a."suspended_at" IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE "intent" i SET "state" = 'issued'
  WHERE i."id" = issued->>'intent_id' AND i."account_id" = account AND i."state" = 'pending';
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO "certificate" ("id", "account_id", "environment", "intent_id", "issuer_id", "label", "common_name", "serial_hex",
    "sha256_fingerprint", "spki_sha256", "der", "not_before", "not_after", "created_at", "created_by", "replaces_id")
  SELECT c."id", account, c."environment", c."intent_id", c."issuer_id", c."label", c."common_name", c."serial_hex",
    c."sha256_fingerprint", c."spki_sha256", c."der", c."not_before", c."not_after", c."created_at", c."created_by", c."replaces_id"
  FROM jsonb_populate_record(NULL::"certificate", issued) c;
  UPDATE "slot" s SET "releases_at" = (issued->>'not_after')::TIMESTAMPTZ
  WHERE s."intent_id" = issued->>'intent_id' AND s."account_id" = account RETURNING s."slot" INTO held;
  PERFORM countersign_append_event(event, text_before_sequence);
  INSERT INTO "edge_change" ("change") VALUES (edge_change);
  INSERT INTO "notice" ("key", "account_id", "kind", "data", "at")
  SELECT n."key", account, n."kind", n."data", n."at" FROM jsonb_populate_record(NULL::"notice", notice) n
  ON CONFLICT ("key") DO NOTHING;
  RETURN held;
END $$;
