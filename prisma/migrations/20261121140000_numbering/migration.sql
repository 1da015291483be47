-- Numbering the outbox in one statement. Each statement of a volatile function sees what was committed before it, so
-- what another portal numbered while this one waited for the lock is not numbered twice.
CREATE FUNCTION countersign_number_outbox() RETURNS BIGINT
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  current BIGINT;
  added BIGINT;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "edge_change" WHERE "number" IS NULL) THEN
    RETURN (SELECT d."snapshot_number" FROM "deployment" d WHERE d."id" = 1);
  END IF;
  SELECT d."snapshot_number" INTO current FROM "deployment" d WHERE d."id" = 1 FOR UPDATE;
  UPDATE "edge_change" c SET "number" = current + fresh."position"
  FROM (SELECT e."id", row_number() OVER (ORDER BY e."id") AS "position"
        FROM "edge_change" e WHERE e."number" IS NULL) AS fresh
  WHERE c."id" = fresh."id";
  GET DIAGNOSTICS added = ROW_COUNT;
  UPDATE "deployment" SET "snapshot_number" = current + added WHERE "id" = 1;
  RETURN current + added;
END $$;
