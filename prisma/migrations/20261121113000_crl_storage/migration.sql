-- A list of megabytes is read in slices; of a compressed one each slice would cost the whole.
ALTER TABLE "crl" ALTER COLUMN "der" SET STORAGE EXTERNAL;
