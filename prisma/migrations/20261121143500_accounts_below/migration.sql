-- How many accounts a policy of the current one also reaches; who they are is not told.
CREATE FUNCTION countersign_accounts_below() RETURNS INT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE below AS (
    SELECT "id" FROM "account" WHERE "parent_id" = current_setting('countersign.account_id')
    UNION
    SELECT a."id" FROM "account" a JOIN below ON a."parent_id" = below."id"
  )
  SELECT count(*)::INT FROM below
$$;
REVOKE ALL ON FUNCTION countersign_accounts_below() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_accounts_below() TO countersign_app;
