"""The log of what changed: append-only, each line bound to the one before it by its hash; written, checked, and told."""
