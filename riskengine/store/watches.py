"""Which closings are watched on a night, said once for the phases that meet in these tables."""

from __future__ import annotations

__all__ = ["running", "watches"]


def watches(kept: str = "") -> str:
    """SQL: the rows of ``review.watch`` with ``undone``, the first night on which the handling no longer stood as closed on that day.

    ``undone`` is NULL while the closing stands, and for closings that have no handling (重点整治). ``kept``: the database, with a dot.
    """
    return f"""
SELECT w.*, u.undone FROM {kept}review.watch w
LEFT JOIN (
  SELECT v.id, v.closed_on, v.as_of, min(h.as_of) AS undone
  FROM {kept}review.watch v JOIN {kept}intervene.handling h ON h.id = v.id AND h.as_of > v.as_of
  WHERE v.kind = '办理' AND (h.state <> '销号' OR h.closed_on IS DISTINCT FROM v.closed_on)
  GROUP BY v.id, v.closed_on, v.as_of
) u ON u.id = w.id AND u.closed_on = w.closed_on AND u.as_of = w.as_of"""


def running(tonight: str, *, reviewed: bool) -> str:
    """SQL condition on :func:`watches` as ``w``: watched on the night ``tonight`` (SQL of a date), the last day of the watch included.

    ``reviewed`` True: as the review of the night sees it; False: as the assessment does, which comes before and knows the nights before.
    """
    known = f"w.as_of <= {tonight} AND (w.undone IS NULL OR w.undone > {tonight})"
    before = f"w.as_of < {tonight} AND (w.undone IS NULL OR w.undone >= {tonight})"
    return f"{known if reviewed else before} AND w.closed_on < {tonight} AND w.until >= {tonight}"
