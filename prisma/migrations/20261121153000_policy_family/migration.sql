-- Whom a policy ties together, by name alone: the accounts above that have one, nearest first, for whom to ask; and
-- those below, to which one's own reaches.
CREATE FUNCTION countersign_policy_family(most INT)
RETURNS TABLE ("relation" TEXT, "environment" TEXT, "name" TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE above AS (
    SELECT "parent_id" AS "id", 1 AS distance FROM "account" WHERE "id" = current_setting('countersign.account_id')
    UNION
    SELECT a."parent_id", above.distance + 1 FROM "account" a JOIN above ON a."id" = above."id"
    WHERE above.distance < 100
  ), below AS (
    SELECT "id", "name" FROM "account" WHERE "parent_id" = current_setting('countersign.account_id')
    UNION
    SELECT a."id", a."name" FROM "account" a JOIN below ON a."parent_id" = below."id"
  ), first AS (
    SELECT "name" FROM below ORDER BY "name", "id" LIMIT most
  )
  SELECT * FROM (
    SELECT 'above', e."environment", a."name" FROM above JOIN "account" a ON a."id" = above."id"
    JOIN "enforcement" e ON e."account_id" = a."id" AND e."mode" <> 'off' ORDER BY above.distance
  ) holders
  UNION ALL
  SELECT 'below', NULL, "name" FROM first
$$;
REVOKE ALL ON FUNCTION countersign_policy_family(INT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_policy_family(INT) TO countersign_app;
