"""The tables that the night's code leaves on its way, cut to one subject, each with the SQL that made it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from riskengine.assess.measures import rows_of, subject_key
from riskengine.contracts import kinds
from riskengine.explain.chain import Rows, Step
from riskengine.explain.relive import Scene
from riskengine.rulebook.names import kinds_needed
from riskengine.store.steps import identifier, literal

__all__ = ["steps_of"]

_SAYS = (
    ("subject", "研判对象"), ("known_", "那一夜已知的记录"), ("kind_began", "各类记录从哪天开始有"), ("pass_", "按对象汇总"),
    ("own_", "单独计算的信号"), ("history_", "历史窗口有多少个"), ("bucket_", "各窗口的数（k：往前第几个窗口）"),
    ("moment_", "往常：窗口数、平均、标准差"), ("expected_*_s", "削去异常高峰后的窗口"), ("expected_", "今晚应有的数（计入季节）"),
    ("usual_*_e", "上界由哪些数推算"), ("usual_", "往常值、上界与走势"), ("wide_", "全部信号并成一行"), ("hushed", "因未报送而未知的地方"),
    ("noted", "未报送的说明"), ("verdict", "规则的判断（没有命中就没有行）"), ("dossier", "交给推理的事实"), ("drawn", "推理的结论"),
)  # fmt: skip
"""Beginning (and end) of a step's name → what it holds; the first that fits."""


def steps_of(scene: Scene, subject: str, place: str, rows: int) -> Iterator[Step]:
    """Every step that has something about the subject, in the order in which they were made; at most ``rows`` rows of
    each.
    """
    there: dict[str, list[str]] = dict(
        scene.con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = 'temp' "
            "OR (database_name = 'memory' AND schema_name = 'assess' AND table_name = 'verdict') "
            "GROUP BY table_name"
        ).fetchall()
    )
    for name, sql in scene.sql.items():
        says = next(
            (text for pattern, text in _SAYS if fnmatch(name, pattern if "*" in pattern else f"{pattern}*")), None
        )
        if says is None or name not in there:
            continue
        source = _cut(scene, name, there[name], subject, place)
        [[total]] = scene.con.execute(f"SELECT count(*) FROM {source}").fetchall()
        shown = [each for each in there[name] if each not in ("file_id", "row_no")]
        cells = ", ".join(f"{_cell(each)} AS {identifier(each)}" for each in shown)
        newest = " ORDER BY occurred_on DESC" if "occurred_on" in shown else ""
        found = scene.con.execute(f"SELECT {cells} FROM (SELECT * FROM {source}){newest} LIMIT {rows}").fetchall()
        table = Rows(f"{says}（{name}）", tuple(shown), tuple(found), max(0, total - rows))
        yield Step(name, says, table, sql)


def _cut(scene: Scene, name: str, columns: list[str], subject: str, place: str) -> str:
    """FROM and WHERE of the step's rows that concern the subject."""
    kind = name.removeprefix("known_")
    if name.startswith("known_") and kind in kinds():
        try:
            key = subject_key(kind, scene.rule.subject)
        except ValueError:
            return f"{identifier(name)} r WHERE FALSE"
        return f"(SELECT r.* FROM {rows_of(name, kind, scene.rule.subject)} WHERE {key} = {literal(subject)})"
    if name == "verdict":
        night = f"as_of = {literal(scene.as_of)} AND rule = {literal(scene.rule.id)}"
        return f"assess.verdict WHERE {night} AND subject = {literal(subject)}"
    if name in ("hushed", "noted"):
        needed = ", ".join(literal(each) for each in sorted(kinds_needed(scene.rulebook, scene.rule))) or "NULL"
        return f"{name} WHERE place = {literal(place)} AND kind IN ({needed})"
    if "subject" in columns:
        return f"{identifier(name)} WHERE subject = {literal(subject)}"
    return identifier(name)


def _cell(column: str) -> str:
    """A cell as short text: numbers without noise, lists by their last elements."""
    name = identifier(column)
    return (
        f"coalesce(CASE WHEN typeof({name}) = 'DOUBLE' THEN regexp_replace(printf('%.4f', TRY_CAST({name} AS DOUBLE)), "
        f"'\\.?0+$', '') ELSE left(CAST({name} AS VARCHAR), 80) END, '未知')"
    )
