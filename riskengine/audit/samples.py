"""Lines of the log about samples below the thresholds (抽查): who was asked to look where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["SAMPLES", "says"]

SAMPLES: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, bool], ...] = (
    (
        ("抽查",),
        "intervene.errand",
        ("errand",),
        """SELECT e.as_of, '抽查' AS what, 'rules/learning.yaml' AS origin, e.id AS errand, e.about AS theme, e.unit, e.subject_type,
          e.subject, e.due
        FROM intervene.errand e SEMI JOIN audit_night USING (as_of)
        WHERE e.kind = '抽查' AND NOT EXISTS (FROM intervene.errand b WHERE b.id = e.id AND b.as_of < e.as_of)
        ORDER BY e.as_of, e.id""",
        True,
    ),
)
"""Words, table, about, SQL and ``again`` of kinds, see :class:`~riskengine.audit.happened.Kind`."""


def says(what: str, said: dict[str, Any], unit: Callable[[str | None], str]) -> str:
    """A line of one of these kinds in words. ``unit``: from id to name."""
    return f"{what}  {said['errand']} 请{unit(said['unit'])}看一看 {said['subject']}（{said['theme']}），{said['due']} 前答复"
