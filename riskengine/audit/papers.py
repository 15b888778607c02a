"""Lines of the log about formal papers (文书) and places that are listed and taken off again (挂牌, 摘牌)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["PAPERS", "says"]

# the words of a paper are in its file, whose SHA-256 stands here
PAPERS: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, bool], ...] = (
    (
        ("文书",),
        "intervene.paper",
        ("number", "unit"),
        """SELECT p.as_of, '文书' AS what, coalesce(p.template, '内置模板') AS origin, p.number, p.kind, p.id AS warning, p.unit, p.role,
          p.path, p.sha256
        FROM intervene.paper p SEMI JOIN audit_night USING (as_of) ORDER BY p.as_of, p.kind, len(p.number), p.number, p.role, p.unit""",
        True,
    ),
    (
        ("挂牌", "摘牌核验", "重新起算", "摘牌"),
        "intervene.plate",
        ("number", "level"),
        """SELECT p.as_of, if(starts_with(p.what, '核验'), '摘牌核验', p.what) AS what, 'rules/ladder.yaml' AS origin, p.number, p.plate,
          p.place, p.level, CASE p.what WHEN '核验通过' THEN TRUE WHEN '核验不通过' THEN FALSE END AS passed
        FROM intervene.plate p SEMI JOIN audit_night USING (as_of)
        ORDER BY p.as_of, p.number, list_position(['挂牌', '重新起算', '核验不通过', '核验通过', '摘牌'], p.what),
          list_position(['village', 'town', 'county'], p.level)""",
        True,
    ),
    # asked for again once the clear nights were counted anew
    (
        ("待摘牌核验",),
        "intervene.errand",
        ("errand",),
        """SELECT e.as_of, '待摘牌核验' AS what, 'rules/ladder.yaml' AS origin, e.id AS errand, e.about AS number, e.unit, e.due
        FROM intervene.errand e JOIN audit_night n USING (as_of)
        WHERE e.kind = '摘牌核验' AND NOT EXISTS (FROM intervene.errand b WHERE b.as_of = n.before_duty AND b.id = e.id)
        ORDER BY e.as_of, e.id""",
        True,
    ),
)
"""Words, table, about, SQL and ``again`` of kinds, see :class:`~riskengine.audit.happened.Kind`."""

_LEVELS = {"village": "村级", "town": "乡镇级", "county": "县级"}


def says(what: str, said: dict[str, Any], unit: Callable[[str | None], str]) -> str:
    """A line of one of these kinds in words. ``unit``: from id to name."""
    if what == "文书":
        return f"文书  {said['number']}{said['kind']}{said['role']}{unit(said['unit'])}（{said['warning']}），SHA-256 {said['sha256']}"
    if what == "待摘牌核验":
        return f"待摘牌核验  {said['errand']} 交{unit(said['unit'])}，{said['due']} 前答复"
    if what == "摘牌核验":
        return f"摘牌核验  {said['number']} {_LEVELS[said['level']]}核验{'通过' if said['passed'] else '不通过'}"
    return f"{what}  {said['number']}（地区 {said['place']}，{said['plate']}）"
