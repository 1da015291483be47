-- When a change was made and whether it was numbered is shown to every account; what changed is not.
GRANT SELECT ("id", "number", "created_at") ON "edge_change" TO countersign_app;
