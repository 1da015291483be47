-- CreateTable
CREATE TABLE "firewall_record" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "environment" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "ranges" TEXT[],

    CONSTRAINT "firewall_record_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "firewall_record_environment_direction_id_idx" ON "firewall_record"("environment", "direction", "id");
