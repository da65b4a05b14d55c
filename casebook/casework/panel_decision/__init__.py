"""The panel decision: release by originators, the panel, its pack, its decision and the approval."""
