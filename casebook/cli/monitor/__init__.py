"""Commands that watch decision-makers."""
