"""The analysts' ground, read: YAML → checked, hashed rules, with the line and column of every mistake."""
