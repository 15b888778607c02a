"""Examples inside the rule files, run as a specification."""
