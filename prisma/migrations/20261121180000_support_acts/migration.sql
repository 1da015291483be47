-- AlterTable
ALTER TABLE "account" ADD COLUMN     "plan" TEXT NOT NULL DEFAULT 'standard';

-- AlterTable
ALTER TABLE "enforcement" ADD COLUMN     "suspended_by" TEXT,
ADD COLUMN     "suspended_from" TIMESTAMPTZ(3),
ADD COLUMN     "suspended_until" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "support_act" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "account_id" TEXT,
    "environment" TEXT,
    "input" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "asked_by" JSONB NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "needs_second_person" BOOLEAN NOT NULL,
    "decision" TEXT,
    "decided_by" JSONB,
    "decided_at" TIMESTAMPTZ(3),
    "decision_note" TEXT,
    "done_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "failed_at" TIMESTAMPTZ(3),
    "outcome" JSONB,

    CONSTRAINT "support_act_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "support_act_account_id_asked_at_id_idx" ON "support_act"("account_id", "asked_at", "id");

-- CreateIndex
CREATE INDEX "support_act_asked_at_id_idx" ON "support_act"("asked_at", "id");

-- CreateIndex
CREATE INDEX "enforcement_suspended_until_idx" ON "enforcement"("suspended_until");

-- AddForeignKey
ALTER TABLE "support_act" ADD CONSTRAINT "support_act_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Words and bounds that hold whatever the application does: a suspension of enforcement is never longer than a day.
ALTER TABLE "account" ADD CONSTRAINT "account_plan" CHECK ("plan" IN ('standard', 'none'));
ALTER TABLE "enforcement" ADD CONSTRAINT "enforcement_suspension" CHECK (
  ("suspended_from" IS NULL) = ("suspended_until" IS NULL)
  AND "suspended_until" <= "suspended_from" + INTERVAL '24 hours');

-- Support acts as the owner. A customer ends what was done to its own account, and says when and who; of the rest it reads
-- nothing: why something was asked for and declined is the provider's.
GRANT SELECT ("id", "kind", "account_id", "environment", "done_at", "ended_at"), UPDATE ("ended_at", "ended_by")
  ON "support_act" TO countersign_app;
ALTER TABLE "support_act" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "support_act" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));

-- As before, with the plan: an account without it is left to the application, which says whom to ask.
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
  WHERE a."id" = account AND a."suspended_at" IS NULL AND a."plan" <> 'none' FOR NO KEY UPDATE;
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
