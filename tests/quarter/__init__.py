"""A quarter of the sample county, night after night, with units that answer well, late, lazily and carelessly."""
