-- CreateTable
CREATE TABLE "blocked_key" (
    "spki_sha256" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "blocked_key_pkey" PRIMARY KEY ("spki_sha256")
);

-- CreateIndex
CREATE INDEX "certificate_spki_sha256_idx" ON "certificate"("spki_sha256");

-- Who holds a key may report it, and nobody reads the table: the question whether one key is blocked has a function of its
-- own, and its answer is yes or no. A key is held by one account, whose lock orders reports and issuing.
GRANT INSERT ON "blocked_key" TO countersign_app;
ALTER TABLE "blocked_key" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "held" ON "blocked_key" FOR INSERT TO countersign_app
  WITH CHECK (EXISTS (SELECT 1 FROM "public_key" k WHERE k."spki_sha256" = "blocked_key"."spki_sha256"
    AND k."account_id" = current_setting('countersign.account_id', true)));

CREATE FUNCTION countersign_key_blocked(of_spki_sha256 TEXT) RETURNS BOOLEAN
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT 1 FROM "blocked_key" WHERE "spki_sha256" = of_spki_sha256)
$$;
