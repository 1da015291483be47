-- What signs checkpoints and the heads of exports: made at the next start, sealed like the deployment's other secrets.
ALTER TABLE "deployment" ADD COLUMN "audit_key" TEXT, ADD COLUMN "audit_public_key" BYTEA;

-- Up to which event a chain is under a signed checkpoint. Finding the chains that moved must cost nothing for the
-- hundreds of thousands that did not: only those are in this index.
ALTER TABLE "audit_head" ADD COLUMN "checkpointed" BIGINT NOT NULL DEFAULT 0;
CREATE INDEX "audit_head_moved" ON "audit_head" ("chain") WHERE "sequence" > "checkpointed";

-- The application appends events; that a chain is under a checkpoint is not for it to say.
REVOKE INSERT, UPDATE ON "audit_head" FROM countersign_app;
GRANT INSERT ("chain", "sequence", "hash"), UPDATE ("chain", "sequence", "hash") ON "audit_head" TO countersign_app;

-- CreateTable
CREATE TABLE "audit_checkpoint" (
    "number" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "size" INTEGER NOT NULL,
    "root" BYTEA NOT NULL,
    "previous_hash" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "audit_checkpoint_head" (
    "number" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "chain" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_checkpoint_head_pkey" PRIMARY KEY ("number","position")
);

-- CreateIndex
CREATE INDEX "audit_checkpoint_head_chain_sequence_idx" ON "audit_checkpoint_head"("chain", "sequence");

-- AddForeignKey
ALTER TABLE "audit_checkpoint_head" ADD CONSTRAINT "audit_checkpoint_head_number_fkey" FOREIGN KEY ("number") REFERENCES "audit_checkpoint"("number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Nothing of these is the application role's to read: a proof is made by the owner, for one chain.
ALTER TABLE "audit_checkpoint" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_checkpoint_head" ENABLE ROW LEVEL SECURITY;
