"""The sample county: made up, deterministic, no real place or person."""
