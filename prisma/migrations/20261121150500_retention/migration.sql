-- CreateIndex
CREATE INDEX "refused_call_at_idx" ON "refused_call"("at");
