-- These run with the owner's rights, so they are for the application's role alone, and not for the signer's login.
REVOKE ALL ON FUNCTION countersign_key_blocked(TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION countersign_enforced_above(TEXT, TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION countersign_key_blocked(TEXT) TO countersign_app;
GRANT EXECUTE ON FUNCTION countersign_enforced_above(TEXT, TEXT) TO countersign_app;
