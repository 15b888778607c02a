"""Lines of the log about warnings that wait because a unit's weekly load is reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["WAITING", "says"]

# being given out, or lifted while it waits, is told by 派发 and 解除
WAITING: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, bool], ...] = (
    (
        ("候办",),
        "intervene.waiting",
        ("warning",),
        """SELECT w.as_of, '候办' AS what, 'rules/units.yaml' AS origin, w.id AS warning, w.unit, w.place
        FROM intervene.waiting w SEMI JOIN audit_night USING (as_of)
        WHERE w.role = '主办'
          AND NOT EXISTS (FROM intervene.waiting b WHERE b.id = w.id AND b.unit = w.unit AND b.role = '主办' AND b.as_of < w.as_of)
        ORDER BY w.as_of, w.unit, w.place""",
        True,
    ),
)
"""Words, table, about, SQL and ``again`` of kinds, see :class:`~riskengine.audit.happened.Kind`."""


def says(what: str, said: dict[str, Any], unit: Callable[[str | None], str]) -> str:
    """A line of this kind in words. ``unit``: from id to name."""
    return f"{what}  {unit(said['unit'])}本周办理量已满，排在第{said['place']}位，未下发、期限未起算"
