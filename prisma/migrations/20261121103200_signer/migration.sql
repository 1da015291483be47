-- CA keys left the database for the signer's folder. Keys are never thrown away by a migration.
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM "issuer_key") THEN
    RAISE EXCEPTION 'countersign: this database still holds CA keys of an earlier version, which this version cannot open. Nothing was changed.';
  END IF;
END $$;
DROP TABLE "issuer_key";

-- AlterTable
ALTER TABLE "issuer" ADD COLUMN     "state" TEXT NOT NULL,
ADD COLUMN     "state_at" TIMESTAMPTZ(3) NOT NULL,
ADD COLUMN     "cross_certificate_der" BYTEA;

-- A signer of its own reads what was committed to be signed, and nothing more. Its login is a member of this role.
DO $$
BEGIN
  CREATE ROLE countersign_signer NOLOGIN NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO countersign_signer;
GRANT SELECT ("id", "issuer_id", "tbs_der", "state") ON "intent" TO countersign_signer;
CREATE POLICY "signer" ON "intent" FOR SELECT TO countersign_signer USING (true);
