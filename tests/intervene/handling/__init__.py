"""Tests of what becomes of a warning once a unit has it."""
