"""Lines of the log about the handling of warnings: steps (环节), states (办理), objections (退回), extensions and pauses (延期、暂停)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["HANDLED", "says"]

HANDLED: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, bool], ...] = (
    # that it was handed out (下发) stands in 派发; the outcome is one of four words; the rest of what a person typed stands as its SHA-256
    (
        ("环节", "环节作废"),
        "intervene.step",
        ("warning", "nth"),
        """SELECT s.as_of, if(s.step = '作废', '环节作废', '环节') AS what, f.name || '第' || s.row_no || '行' AS origin, s.id AS warning, s.nth,
          s.step, s.unit, s.role, s.on_day, s.outcome, s.implied, if(s.post IS NULL AND s.measure IS NULL AND s.reason IS NULL
            AND s.cause IS NULL, NULL, sha256(concat_ws(chr(10), coalesce(s.post, ''), coalesce(s.cause, ''), coalesce(s.measure, ''),
              coalesce(s.reason, '')))) AS words_sha256
        FROM intervene.step s SEMI JOIN audit_night USING (as_of) LEFT JOIN sense.file f ON f.file_id = s.file_id
        WHERE s.nth > 1 ORDER BY s.as_of, s.id, s.nth, s.step""",
        True,
    ),
    (
        ("办理",),
        "intervene.handling",
        ("warning",),
        """SELECT h.as_of, '办理' AS what, 'rules/handling.yaml' AS origin, h.id AS warning, h.state, h.since, h.outcome,
        h.closed_on, h.closed_by
        FROM intervene.handling h SEMI JOIN audit_night USING (as_of)
        WHERE EXISTS (FROM intervene.handling b WHERE b.id = h.id AND b.as_of < h.as_of) ORDER BY h.as_of, h.id""",
        True,
    ),
    (
        ("退回",),
        "intervene.objection",
        ("warning", "unit", "on_day"),
        """SELECT o.as_of, '退回' AS what, f.name || '第' || o.row_no || '行' AS origin, o.id AS warning, o.unit, o.role, o.route, o.on_day,
          o.decided, o.decided_on, o.new_unit, sha256(coalesce(o.reason, '')) AS words_sha256
        FROM intervene.objection o SEMI JOIN audit_night USING (as_of) LEFT JOIN sense.file f ON f.file_id = o.file_id
        ORDER BY o.as_of, o.id, o.on_day, o.unit, o.file_id, o.row_no""",
        True,
    ),
    (
        ("延期", "暂停"),
        "intervene.leave",
        ("warning", "unit", "first"),
        """SELECT l.as_of, l.kind AS what, 'rules/clocks.yaml' AS origin, l.id AS warning, l.unit, l.first, l.last, l.amount, l.approver,
          sha256(coalesce(l.reason, '')) AS words_sha256
        FROM intervene.leave l SEMI JOIN audit_night USING (as_of) ORDER BY l.as_of, l.id, l.unit, l.kind, l.first""",
        True,
    ),
)
"""Words, table, about, SQL and ``again`` of kinds, see :class:`~riskengine.audit.happened.Kind`."""


def says(
    what: str, said: dict[str, Any], unit: Callable[[str | None], str], number: Callable[[str], str], origin: str | None
) -> str:
    """A line of one of these kinds in words. ``unit``: from id to name; ``number``: the warning's, empty in its own story."""
    id_ = number(said["warning"])
    if what in ("环节", "环节作废"):
        who = f"{unit(said['unit'])}（{said['role']}）" if said["unit"] else "引擎"
        if what == "环节作废":
            return f"环节作废  {id_}第 {said['nth']} 步（{who}，{said['on_day']}）不再作数"
        outcome = f"，核查结果“{said['outcome']}”" if said["outcome"] else ""
        implied = "（视同）" if said["implied"] else ""
        return f"环节  {id_}{said['step']}{implied}：{who} {said['on_day']}{outcome}{f'（{origin}）' if origin else ''}"
    if what == "办理":
        by = f"，由{unit(said['closed_by']) or '引擎'}销号" if said["closed_on"] else ""
        outcome = f"，核查结果“{said['outcome']}”" if said["outcome"] else ""
        return f"办理  {id_}到“{said['state']}”（{said['since']}）{outcome}{by}"
    who = unit(said["unit"])
    if what == "退回":
        new = f"，转给{unit(said['new_unit'])}" if said["new_unit"] else ""
        return f"退回  {id_}{who}（{said['role']}）{said['on_day']} 提出：{said['decided']}{new}"
    if what == "延期":
        return f"延期  {id_}{who}延长 {said['amount']} 日，{said['approver']}同意（{said['first']}）"
    return f"暂停  {id_}{who}自 {said['first']} 起停止计时{'，到 ' + said['last'] if said['last'] else ''}"
