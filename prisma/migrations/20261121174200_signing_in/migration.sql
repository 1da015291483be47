-- AlterTable
ALTER TABLE "mail" ADD COLUMN     "sealed" TEXT,
ALTER COLUMN "account_id" DROP NOT NULL,
ALTER COLUMN "person_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "person" ADD COLUMN     "password_changed_at" TIMESTAMPTZ(3),
ADD COLUMN     "totp_secret" TEXT,
ADD COLUMN     "totp_since" TIMESTAMPTZ(3),
ADD COLUMN     "totp_step" BIGINT,
ALTER COLUMN "password_hash" DROP NOT NULL;

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "address" TEXT,
ADD COLUMN     "authenticated_at" TIMESTAMPTZ(3),
ADD COLUMN     "confined_to" TEXT,
ADD COLUMN     "last_seen_at" TIMESTAMPTZ(3),
ADD COLUMN     "method" TEXT NOT NULL DEFAULT 'password';

-- CreateTable
CREATE TABLE "passkey" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "sign_count" BIGINT NOT NULL,
    "transports" TEXT[],
    "backed_up" BOOLEAN NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_code" (
    "digest" BYTEA NOT NULL,
    "person_id" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "proof" (
    "digest" BYTEA NOT NULL,
    "kind" TEXT NOT NULL,
    "person_id" TEXT,
    "data" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "proof_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "account_security" (
    "account_id" TEXT NOT NULL,
    "second_factor_since" TIMESTAMPTZ(3),

    CONSTRAINT "account_security_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "sso_connection" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "domain" TEXT,
    "verified_domain" TEXT,
    "role_claim" TEXT,
    "role_map" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sso_connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sso_identity" (
    "connection_id" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sso_identity_pkey" PRIMARY KEY ("connection_id","issuer","subject")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkey_credential_id_key" ON "passkey"("credential_id");

-- CreateIndex
CREATE INDEX "passkey_person_id_idx" ON "passkey"("person_id");

-- CreateIndex
CREATE INDEX "recovery_code_person_id_idx" ON "recovery_code"("person_id");

-- CreateIndex
CREATE INDEX "proof_person_id_kind_idx" ON "proof"("person_id", "kind");

-- CreateIndex
CREATE INDEX "proof_expires_at_idx" ON "proof"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "sso_connection_account_id_key" ON "sso_connection"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "sso_connection_verified_domain_key" ON "sso_connection"("verified_domain");

-- CreateIndex
CREATE INDEX "sso_connection_domain_idx" ON "sso_connection"("domain");

-- CreateIndex
CREATE INDEX "sso_identity_person_id_idx" ON "sso_identity"("person_id");

-- AddForeignKey
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_code" ADD CONSTRAINT "recovery_code_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_identity" ADD CONSTRAINT "sso_identity_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- People, and all by which they prove to be themselves, are read by sign-in alone, which no account's role is.
ALTER TABLE "passkey" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "recovery_code" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "proof" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "sso_identity" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "account_security" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "account_security" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
GRANT SELECT, INSERT, UPDATE ON "account_security" TO countersign_app;

ALTER TABLE "sso_connection" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "sso_connection" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
-- Every column but verified_domain: whose domain it is, an account does not say itself.
GRANT SELECT, DELETE ON "sso_connection" TO countersign_app;
GRANT INSERT ("id", "account_id", "issuer", "client_id", "client_secret", "domain", "role_claim", "role_map",
  "created_at") ON "sso_connection" TO countersign_app;
GRANT UPDATE ("issuer", "client_id", "client_secret", "domain", "role_claim", "role_map") ON "sso_connection"
  TO countersign_app;
