-- No account's role has a right to them. Were it ever given one by mistake, it would still find none.
ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "person" ENABLE ROW LEVEL SECURITY;
