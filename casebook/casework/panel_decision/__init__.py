"""Release by owners, the panel, its pack, its decision and the approval."""
