"""A plan as Markdown, for the discussion of a merge request: what counts on top, long lists folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from riskengine.plan.effect import Effect
from riskengine.plan.noun import KINDS
from riskengine.plan.text import TITLES, burden_row, difference_row, event_row, precision_row

__all__ = ["as_markdown"]

_SHOWN = 20


def as_markdown(effect: Effect, over: Sequence[str] = ()) -> str:
    """Tables in the Markdown that GitHub, GitLab and Gitea read; the first rows of each list, the rest folded.
    ``over``: the limits that are passed.
    """
    return "\n".join(_lines(effect, over))


def _lines(effect: Effect, over: Sequence[str]) -> Iterator[str]:
    yield "## 规则改动的推演"
    yield ""
    yield effect.head()
    if over:
        yield from ("", *(f"- **超限** {_cell(each)}" for each in over))
    if effect.notes:
        yield from ("", *(f"> {note}  " for note in effect.notes))
    yield from ("", "### 改了什么", "")
    yield from _listed([f"- {_cell(str(each))}" for each in effect.changes] or ["规则没有改动。"], "处改动")
    if effect.differences:
        yield from ("", "### 多少件", "")
        kinds = [kind for kind in KINDS if effect.of(kind)]
        head = ["", *(KINDS[kind] for kind in kinds)]
        for what, word in (("level", "等级"), ("unit", "主办单位"), ("rule", "规则")):
            rows = [[name, *(str(counted.get(kind, "")) for kind in kinds)] for name, counted in effect.by(what)]
            yield from _table([f"按{word}", *head[1:]], rows)
            yield ""
    for kind, word in KINDS.items():
        found = effect.of(kind)
        if found:
            yield from (f"### {word} {len(found)} 件", "")
            rows = [difference_row(effect, each) for each in found]
            yield from _table(TITLES["difference"], rows[:_SHOWN])
            if len(rows) > _SHOWN:
                folded = list(_table(TITLES["difference"], rows[_SHOWN:]))
                yield from _folded(f"其余 {len(rows) - _SHOWN} 件", folded)
            yield ""
    if effect.events:
        yield from ("### 已知事件", "")
        yield from _table(TITLES["event"], [event_row(each) for each in effect.events])
        yield ""
    if effect.differences:
        yield from (
            "### 单位每周新接",
            "",
            "主办与协办都算，并入其他预警的不另计，没有推演的主题按当时派发的计；最忙周是任意连续七天里最多的。",
            "",
        )
        moved = [burden_row(effect, each) for each in effect.burdens if each.differs]
        if moved:
            yield from _table(TITLES["burden"], moved)
        else:
            yield "各单位都没有变化。"
        same = [burden_row(effect, each) for each in effect.burdens if not each.differs]
        if same:
            yield from _folded(f"没有变化的单位 {len(same)} 个", list(_table(TITLES["burden"], same)))
        yield ""
    if effect.precision and effect.differences:
        yield from (
            "### 查准率",
            "",
            "属实与已化解占已核实的比例，括号内为 95% 区间；新增的预警还没有回执，不在其中。",
            "",
        )
        yield from _table(TITLES["precision"], [precision_row(e.title, e.before, e.after) for e in effect.precision])
        yield ""
    if effect.unaffected:
        told = [f"- {title}（{id_}）" for id_, title in effect.unaffected.items()]
        yield from _folded(f"不受影响、没有推演的规则 {len(told)} 条", told)


def _listed(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield from _folded(f"其余 {len(lines) - _SHOWN} {what}", lines[_SHOWN:])


def _folded(summary: str, lines: Sequence[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{_cell(summary)}</summary>", "", *lines, "", "</details>")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(map(_cell, head)) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(_cell, row)) + " |"


def _cell(text: str) -> str:
    """Text that cannot end a cell, open a tag or become a picture or link."""
    for char in "\\|[]*_`":
        text = text.replace(char, "\\" + char)
    return " ".join(escape(text, quote=False).split())
