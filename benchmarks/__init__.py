"""How fast, how big: the engine beside its peers on a generated workspace of a million records. ``python -m benchmarks``."""
