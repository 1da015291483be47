ALTER TABLE "membership" ADD COLUMN "environment" TEXT;

CREATE TABLE "invitation" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "environment" TEXT,
    "token_hash" BYTEA NOT NULL,
    "invited_by" TEXT NOT NULL,
    "invited_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");
CREATE INDEX "invitation_account_id_created_at_idx" ON "invitation"("account_id", "created_at");
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_account_id_fkey"
  FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- Whoever is a member above is listed with the accounts below, at every sign-in.
CREATE INDEX "account_parent_id_idx" ON "account"("parent_id");

GRANT SELECT, INSERT, UPDATE ON "invitation" TO countersign_app;
ALTER TABLE "invitation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "invitation" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
-- Whose membership it is, and in which account, never changes.
GRANT UPDATE ("role", "environment", "disabled_at") ON "membership" TO countersign_app;

-- Until now the first admin of an account was who answered for it.
UPDATE "membership" SET "role" = 'owner' WHERE "id" IN (
  SELECT DISTINCT ON ("account_id") "id" FROM "membership"
  WHERE "role" = 'admin' AND "disabled_at" IS NULL
  ORDER BY "account_id", "created_at", "id"
) AND "account_id" NOT IN (
  SELECT "account_id" FROM "membership" WHERE "role" = 'owner' AND "disabled_at" IS NULL
);

-- Who may act in the current account: its members, and, with the name of the account through which, those of the
-- accounts above it. Names and addresses of people are nobody's rows, so the role itself cannot read them.
CREATE FUNCTION countersign_members()
RETURNS TABLE ("person_id" TEXT, "name" TEXT, "email" TEXT, "role" TEXT, "environment" TEXT,
  "since" TIMESTAMPTZ, "last_sign_in" TIMESTAMPTZ, "through" TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE above AS (
    SELECT "id", "name", "parent_id", 0 AS distance FROM "account"
    WHERE "id" = current_setting('countersign.account_id')
    UNION
    SELECT a."id", a."name", a."parent_id", above.distance + 1
    FROM "account" a JOIN above ON a."id" = above."parent_id"
    WHERE a."suspended_at" IS NULL AND above.distance < 100
  )
  SELECT p."id", p."name", p."email", m."role", m."environment", m."created_at",
    (SELECT max(s."created_at") FROM "session" s WHERE s."person_id" = p."id"),
    CASE WHEN above.distance = 0 THEN NULL ELSE above."name" END
  FROM above JOIN "membership" m ON m."account_id" = above."id" AND m."disabled_at" IS NULL
  JOIN "person" p ON p."id" = m."person_id" AND p."disabled_at" IS NULL
  ORDER BY above.distance, m."created_at", m."id"
$$;
REVOKE ALL ON FUNCTION countersign_members() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_members() TO countersign_app;
