-- CreateTable
CREATE TABLE "lost_certificate" (
    "id" TEXT NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "serial_hex" TEXT NOT NULL,
    "tbs_sha256" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3) NOT NULL,
    "listed_in_crl" BIGINT,

    CONSTRAINT "lost_certificate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "lost_certificate_issuer_id_serial_hex_key" ON "lost_certificate"("issuer_id", "serial_hex");

-- AddForeignKey
ALTER TABLE "lost_certificate" ADD CONSTRAINT "lost_certificate_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
