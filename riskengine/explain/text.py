"""An explanation as plain text for a terminal: 100 columns, Chinese, the answer first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskengine.explain.chain import Explanation, Feature, Part, Rows
from riskengine.explain.wording import MARKS, VERDICTS, columns, in_band, kind_and_key, spark, wrapped
from riskengine.model.value import plain

__all__ = ["as_text"]

_WIDE = 100
_EVIDENCE = 3
_STEP_ROWS = 5


def as_text(explanations: Sequence[Explanation], *, steps: bool = False, sql: bool = False) -> str:
    """The explanations one after another. ``steps``: also the tables on the way; ``sql``: with the statements that
    made them.
    """
    return f"\n{'─' * (_WIDE // 2)}\n\n".join("\n".join(_one(each, steps or sql, sql)) for each in explanations)


def _one(told: Explanation, steps: bool, sql: bool) -> Iterator[str]:
    yield from wrapped(told.answer, _WIDE)
    yield ""
    level = f" {told.level} {plain(told.score or 0)}分" if told.verdict == "hit" else ""
    verdict = f" · 判断：{VERDICTS[told.verdict]}{level}" if told.verdict else ""
    which = kind_and_key(told.subject_type, told.subject, told.name)
    where = f"（{which}）" if which else ""
    yield from wrapped(f"{told.name}{where} · {told.as_of}{verdict}", _WIDE)
    yield from wrapped(f"规则 {told.rule}“{told.title}” 版本 {told.version or '—'} · {told.rules}", _WIDE)
    for note in (*told.notes, *filter(None, [told.differs])):
        yield from wrapped(note, _WIDE, "  ")
    if told.verdict is None:
        return
    yield from _known(told)
    if told.condition is not None:
        yield from _headed("条件", _parts(told.condition, ""))
    if told.unknown:
        yield from _headed("未知", (line for each in told.unknown for line in wrapped(f"  {each}", _WIDE, "    ")))
    yield from _score(told)
    yield from _counterfactuals(told)
    if told.members:
        yield from _headed("往下看", [f"  {each.deeper}" for each in told.members if each.deeper])
    yield from _life(told)
    yield from _duty(told)
    for rows in _together(told.evidence):
        yield from _headed(f"证据：{rows.title}", _table(rows, _EVIDENCE))
    if steps:
        for step in told.steps:
            yield from _headed(step.table.title, _table(step.table, _STEP_ROWS))
            if sql:
                yield from (f"  | {line}" for line in step.sql.splitlines())


def _headed(title: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield f"【{title}】"
        yield from found


def _known(told: Explanation) -> Iterator[str]:
    rows = [[each.name, each.shown, each.meaning] for each in told.known]
    rows += [
        [each.name, each.shown, f"参数，{f'{each.since}起' if each.since else each.note}，{each.reference}"]
        for each in told.parameters
    ]
    lines = columns(rows, _WIDE, flow=True)
    for history in told.histories:
        lines += wrapped(f"  {history.says}", _WIDE, "    ")
        lines.append(f"  {spark(history.series)}（右端为今晚，每格{history.days}日）")
    yield from _headed("已知", lines)


def _parts(part: Part, indent: str) -> Iterator[str]:
    mark = MARKS[part.holds]
    if part.kind == "test":
        gap = f"  ← {part.gap}" if part.gap else ""
        yield from wrapped(f"  {indent}{mark} {part.shown}{gap}", _WIDE, f"  {indent}   ")
        return
    title = {"all": "全部成立", "any": "至少一项成立", "not": "不成立"}[part.kind]
    if part.parts and part.text == part.shown:
        title = part.text
    yield f"  {indent}{mark} {title}："
    for each in part.parts:
        yield from _parts(each, indent + "  ")


def _score(told: Explanation) -> Iterator[str]:
    rows = [[each.feature, _points(each), _band(each), each.says if each.points else ""] for each in told.features]
    lines = columns(rows, _WIDE, flow=True)
    for floor in told.floors:
        lines += wrapped(
            f"  保底{floor.level} {MARKS[floor.condition.holds]} {floor.condition.shown}：{floor.says}", _WIDE, "    "
        )
    if told.grading:
        lines += wrapped(f"  {told.grading}", _WIDE, "    ")
    yield from _headed("得分" if told.verdict == "hit" else "得分（假如命中）", lines)


def _points(each: Feature) -> str:
    share = f"（{plain((each.share or 0) * 100)}%）" if each.share is not None and each.points else ""
    return f"{plain(each.points)}分{share}"


def _band(each: Feature) -> str:
    return f"{in_band(each)}，0分" if each.of and each.value is None else in_band(each)


def _counterfactuals(told: Explanation) -> Iterator[str]:
    lines = [line for each in told.counterfactuals for line in wrapped(f"  {each.says}。", _WIDE, "    ")]
    if told.counterfactual_note:
        lines += wrapped(f"  {told.counterfactual_note}", _WIDE, "    ")
    yield from _headed("若…则…", lines)


def _life(told: Explanation) -> Iterator[str]:
    rows = [
        ["夜", *(night.as_of[5:] for night in told.nights)],
        ["判断", *(_night(night.verdict, night.level) for night in told.nights)],
        ["预警", *("例外" if night.suppressed else night.change or "" for night in told.nights)],
    ]
    lines = (
        columns(rows if any(rows[2][1:]) else rows[:2], _WIDE) if any(night.verdict for night in told.nights) else []
    )
    lines += wrapped(f"  {told.persistence}", _WIDE, "    ")
    for turn in told.turns[-5:]:
        lines += columns([[turn.as_of, turn.change, turn.level, turn.sentence]], _WIDE)
    yield from _headed("逐夜", lines)


def _night(verdict: str | None, level: str | None) -> str:
    return "未运行" if verdict is None else level or VERDICTS[verdict]


def _duty(told: Explanation) -> Iterator[str]:
    if told.route is None:
        return
    route = told.route
    nth = f"派发第{route.nth}条：" if route.nth else ""
    units = "；".join(f"{unit}{role}，{day}前反馈" for unit, role, day in route.duties)
    will = "假如预警，将派给" if route.would else "已派给"
    lines = wrapped(f"  {will}{units or '（无）'}（{nth}{route.says}）", _WIDE, "    ")
    for title, text in told.advice:
        lines += wrapped(f"  {title}：{text}", _WIDE, "    ")
    yield from _headed("派发与建议", lines)


def _together(evidence: Sequence[Rows]) -> list[Rows]:
    """Records of the same kind as one table: a compound has some from each member."""
    found: dict[tuple[str, tuple[str, ...]], Rows] = {}
    for rows in evidence:
        key = (rows.title, rows.columns)
        had = found.get(key, Rows(*key, ()))
        found[key] = Rows(*key, tuple(dict.fromkeys((*had.rows, *rows.rows))), had.more + rows.more)
    return list(found.values())


def _table(rows: Rows, most: int) -> list[str]:
    if not rows.rows:
        return ["  （没有这个对象的行）"]
    shown = rows.rows[:most]
    more = rows.more + len(rows.rows) - len(shown)
    filled = [at for at in range(len(rows.columns)) if any(row[at] for row in shown)]
    lines = columns([[row[at] for at in filled] for row in (rows.columns, *shown)], _WIDE)
    return [*lines, f"  另有{more}行"] if more else lines
