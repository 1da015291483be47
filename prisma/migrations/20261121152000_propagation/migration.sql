-- AlterTable
ALTER TABLE "edge" ADD COLUMN     "refused_at" TIMESTAMPTZ(3),
ADD COLUMN     "refused_why" TEXT;

GRANT SELECT ("refused_at") ON "edge" TO countersign_app;

-- As before, and every portal is told. Told here and not where a change is made: NOTIFY makes commits wait for one another.
CREATE OR REPLACE FUNCTION countersign_number_outbox() RETURNS BIGINT
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
  PERFORM pg_notify('countersign_numbered', (current + added)::TEXT);
  RETURN current + added;
END $$;
