-- AlterTable
ALTER TABLE "certificate" ADD COLUMN     "listed_in_crl" BIGINT;

-- CreateTable
CREATE TABLE "crl" (
    "issuer_id" TEXT NOT NULL,
    "claimed" BIGINT NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "number" BIGINT NOT NULL DEFAULT 0,
    "this_update" TIMESTAMPTZ(3),
    "next_update" TIMESTAMPTZ(3),
    "entries" INTEGER NOT NULL DEFAULT 0,
    "der" BYTEA,
    "sha256" TEXT,

    CONSTRAINT "crl_pkey" PRIMARY KEY ("issuer_id")
);

-- CreateTable
CREATE TABLE "ocsp_responder" (
    "id" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "serial_hex" TEXT NOT NULL,
    "tbs_sha256" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ocsp_responder_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ocsp_responder_issuer_id_serial_hex_key" ON "ocsp_responder"("issuer_id", "serial_hex");

-- AddForeignKey
ALTER TABLE "crl" ADD CONSTRAINT "crl_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ocsp_responder" ADD CONSTRAINT "ocsp_responder_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A list is made from what was revoked, however much was issued; and whether there is anything new costs nothing.
CREATE INDEX "certificate_revoked" ON "certificate" ("issuer_id", "serial_hex" COLLATE "C") WHERE "revoked_at" IS NOT NULL;
CREATE INDEX "certificate_unlisted" ON "certificate" ("issuer_id") WHERE "revoked_at" IS NOT NULL AND "listed_in_crl" IS NULL;
