"""Lines of the log about what became of closed warnings: watched, doubted, looked at again, come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["CAME_BACK", "says"]

CAME_BACK: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, bool], ...] = (
    (
        ("回头看",),
        "intervene.errand",
        ("errand",),
        """SELECT e.as_of, '回头看' AS what, 'rules/rebound.yaml' AS origin, e.id AS errand, e.about AS warning, e.unit, e.due
        FROM intervene.errand e SEMI JOIN audit_night USING (as_of)
        WHERE e.kind = '回头看' AND NOT EXISTS (FROM intervene.errand b WHERE b.id = e.id AND b.as_of < e.as_of)
        ORDER BY e.as_of, e.id""",
        True,
    ),
    (
        ("观察期",),
        "review.watch",
        ("warning", "closed_on"),
        """SELECT w.as_of, '观察期' AS what, 'rules/rebound.yaml' AS origin, w.id AS warning, w.kind, w.unit, w.closed_on, w.until,
          w.level_before, w.level_at_closing AS level, w.outcome
        FROM review.watch w SEMI JOIN audit_night USING (as_of) ORDER BY w.as_of, w.kind, w.id, w.closed_on""",
        False,
    ),
    # told to both stories: that of the warning that came and that of the one it came from
    (
        ("反弹",),
        "review.rebound",
        ("warning", "from", "closed_on"),
        """SELECT r.as_of, '反弹' AS what, 'rules/rebound.yaml' AS origin, r.id AS warning, r.of_id AS "from", r.kind, r.how, r.unit,
          r.closed_on, r.days, r.level AS level_before, r.raised_to AS level, r.veto
        FROM review.rebound r SEMI JOIN audit_night USING (as_of) ORDER BY r.as_of, r.kind, r.id, r.of_id""",
        False,
    ),
    (
        ("结而未解",),
        "review.doubt",
        ("warning", "closed_on"),
        """SELECT d.as_of, '结而未解' AS what, 'rules/rebound.yaml' AS origin, d.id AS warning, d.unit, d.closed_on,
          array_to_string(d.reasons, '、') AS reasons
        FROM review.doubt d SEMI JOIN audit_night USING (as_of) ORDER BY d.as_of, d.id, d.closed_on""",
        False,
    ),
)
"""Words, table, about, SQL and ``again`` of kinds, see :class:`~riskengine.audit.happened.Kind`."""


def says(what: str, said: dict[str, Any], unit: Callable[[str | None], str], level: Callable[[int | None], str]) -> str:
    """A line of one of these kinds in words. ``unit`` and ``level``: from id and rank to names."""
    who, id_ = unit(said["unit"]), said["warning"]
    if what == "回头看":
        return f"回头看  {said['errand']} 交{who}，看 {id_} 是否真正解决，{said['due']} 前答复"
    if what == "结而未解":
        return f"结而未解  {id_}，{who} {said['closed_on']} 销号：{said['reasons']}"
    if what == "观察期":
        at = f"，销号时{level(said['level'])}" if said["level"] is not None else ""
        return f"观察期  {id_}，{who} {said['closed_on']} 销号{at}，观察到 {said['until']}"
    veto = "，一票否决" if said["veto"] else ""
    if said["how"] == "加重":
        return f"反弹  {id_}，{who}销号后 {said['days']} 天又由{level(said['level_before'])}升到{level(said['level'])}{veto}"
    return f"反弹  {id_} 是 {said['from']} 由{who}销号后 {said['days']} 天再次出现{veto}"
