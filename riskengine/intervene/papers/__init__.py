"""Formal papers (公文): who gets which, what stands in it, and the Word file made from the office's template."""
