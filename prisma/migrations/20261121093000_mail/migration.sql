-- CreateTable
CREATE TABLE "notice" (
    "key" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "spread_at" TIMESTAMPTZ(3),

    CONSTRAINT "notice_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "notice_key" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "sent_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "notice_spread_at_idx" ON "notice"("spread_at");

-- CreateIndex
CREATE INDEX "mail_due_at_idx" ON "mail"("due_at");

-- CreateIndex
CREATE INDEX "mail_person_id_at_idx" ON "mail"("person_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "mail_notice_key_person_id_key" ON "mail"("notice_key", "person_id");

-- A change writes its notice; readers see the mails that went to them. Everything else is the sender's.
GRANT INSERT, SELECT ON "notice" TO countersign_app;
GRANT SELECT ON "mail" TO countersign_app;
ALTER TABLE "notice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "notice" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
ALTER TABLE "mail" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "mail" TO countersign_app
  USING ("account_id" = current_setting('countersign.account_id', true));
