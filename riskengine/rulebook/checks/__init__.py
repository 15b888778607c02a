"""Errors: what keeps the rule files from running. One generator for each kind of entry."""
