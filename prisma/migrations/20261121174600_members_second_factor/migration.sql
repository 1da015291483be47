-- The same people, and whether each proves to be themselves by more than a password.
DROP FUNCTION countersign_members();
CREATE FUNCTION countersign_members()
RETURNS TABLE ("person_id" TEXT, "name" TEXT, "email" TEXT, "role" TEXT, "environment" TEXT,
  "since" TIMESTAMPTZ, "last_sign_in" TIMESTAMPTZ, "second_factor" BOOLEAN, "through" TEXT)
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
    p."totp_since" IS NOT NULL OR EXISTS (SELECT 1 FROM "passkey" k WHERE k."person_id" = p."id"),
    CASE WHEN above.distance = 0 THEN NULL ELSE above."name" END
  FROM above JOIN "membership" m ON m."account_id" = above."id" AND m."disabled_at" IS NULL
  JOIN "person" p ON p."id" = m."person_id" AND p."disabled_at" IS NULL
  ORDER BY above.distance, m."created_at", m."id"
$$;
REVOKE ALL ON FUNCTION countersign_members() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_members() TO countersign_app;
