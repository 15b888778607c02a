"""The language of conditions and formulas: text → tokens → SQL, or → a tree to reason about."""
