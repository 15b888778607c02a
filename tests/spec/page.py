"""The examples as a page for people: docs/rule-language.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from riskengine.cases.outcome import VERDICTS, Result
from riskengine.contracts import contract
from tests.spec.element import NIGHT, Element, Lived, Measured, Refused, Ruled, Table, chapters
from tests.spec.run import UNKNOWN, computed, lived, measured, nights_of, refusals, said, tried

PAGE = Path(__file__).parents[2] / "docs" / "rule-language.md"

_HEAD = """\
# 规则语言

*The rule language by examples. This page is printed from tests (`python -m tests.spec`) that really run every example.*

规则里每一种写法是什么意思，用例子说明。每个例子都由测试真实运行过，这一页就是测试印出来的：左边给定什么，右边得出什么。键的全表和怎样动手改规则，见[规则手册](../rules/README.md)。
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, _contents()]
    for number, chapter in enumerate(chapters(), start=1):
        parts.append(f"## {number}. {chapter.chapter}\n\n{_flowing(chapter.says)}\n")
        for element in chapter.elements:
            parts.append("\n\n".join(part.rstrip("\n") for part in _element(element)) + "\n")
    return "\n".join(parts)


def _contents() -> str:
    lines = []
    for number, chapter in enumerate(chapters(), start=1):
        elements = " · ".join(element.element for element in chapter.elements)
        lines.append(f"{number}. **{chapter.chapter}**：{elements}")
    return "\n".join(lines) + "\n"


def _flowing(text: str) -> str:
    """Chinese lines run on without a blank."""
    return "".join(text.strip().splitlines())


def _element(element: Element) -> Iterator[str]:
    yield f"### {element.element}"
    yield _flowing(element.says)
    if element.lists:
        yield _yaml(element.lists, "lists.yaml")
    if element.table is not None:
        yield from _table(element.table, element.lists)
    if element.measured is not None:
        yield from _measured(element.measured, element.lists)
    if element.ruled is not None:
        yield from _ruled(element.ruled)
    if element.lived is not None:
        yield from _lived(element.lived)
    if element.refused is not None:
        yield from _refused(element.refused)
    if element.note:
        yield _flowing(element.note)


def _yaml(text: str, file: str = "") -> str:
    head = f"# {file}\n" if file else ""
    return f"```yaml\n{head}{text.strip()}\n```"


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _table(table: Table, lists: str) -> Iterator[str]:
    yield _grid([*table.given, *(f"`{text}`" for text in table.of)], computed(table, lists))


def _measured(example: Measured, lists: str) -> Iterator[str]:
    yield _yaml(example.signals)
    for kind, text in example.records.items():
        header, *rows = [line.split() for line in text.strip().splitlines()]
        yield f"给定（{contract(kind).title}）："
        yield _grid(header, [[UNKNOWN if cell == "_" else cell for cell in row] for row in rows])
    if example.daily:
        yield _given_daily(example.daily)
    shows, found = measured(example, lists)
    yield f"得出（{example.as_of} 夜）：" if example.as_of != NIGHT else "得出："
    cells = {
        name: ["" if wanted == "_" else came for wanted, came in zip(example.gives[name], values, strict=True)]
        for name, values in found.items()
    }
    yield _grid(["对象", *shows], [[name, *values] for name, values in cells.items()])


def _given_daily(daily: dict[str, str]) -> str:
    told = "；".join(f"{name} `{series}`" for name, series in daily.items())
    times = "（`1x7` 是连着 7 天每天 1 起）" if "x" in told else ""
    return f"给定每天的诈骗起数，最后一个是当夜{times}：{told}。"


def _ruled(example: Ruled) -> Iterator[str]:
    yield _yaml(_last_rule(example.rules))
    results = tried(example)
    single = [(each, result) for each, result in zip(example.tries, results, strict=True) if not each.nights]
    if single:
        yield _singles([result for _, result in single])
    for each, result in zip(example.tries, results, strict=True):
        if each.nights:
            came = nights_of(result)
            names = list(result.outcome.nights[0].values)
            asked = [*each.signals, *each.members]
            given = [
                [name, *(night.values.get(name, "") for night in result.outcome.nights)]
                for name in names
                if name in asked
            ]
            lines = [[line, *(came[line])] for line in ("判断", "等级", "预警") if line in each.nights]
            count = len(result.outcome.nights)
            header = [each.case, *(f"{back}夜前" for back in reversed(range(1, count))), "今晚"]
            yield _grid(header, [*given, *lines])


def _last_rule(rules: str) -> str:
    """The rule that the example is about."""
    return "- " + ("\n" + rules).split("\n- ")[-1]


def _singles(results: Sequence[Result]) -> str:
    names = list(dict.fromkeys(name for r in results for name in (*r.case.signals, *r.case.members)))
    dated = len({result.case.as_of for result in results}) > 1
    scored = any(result.case.expect.score is not None for result in results)
    reasoned = any(result.case.expect.reason for result in results)
    header = [
        "情形",
        *(["夜"] if dated else []),
        *names,
        "判断",
        *(["得分", "等级"] if scored else []),
        *(["理由"] if reasoned else []),
    ]
    rows = []
    for result in results:
        given = {**result.case.signals, **result.case.members}
        came = result.outcome
        row = [result.case.case, *([str(result.case.as_of)] if dated else [])]
        row += [said(given.get(name, "")) for name in names] + [VERDICTS[came.verdict]]
        row += [said(came.score) if came.score is not None else "", came.level or ""] if scored else []
        row += [came.reason or ""] if reasoned else []
        rows.append(row)
    return _grid(header, rows)


def _lived(example: Lived) -> Iterator[str]:
    yield _yaml(example.rules)
    if example.exceptions:
        yield _yaml(example.exceptions, "exceptions.yaml")
    days = [f"{NIGHT.day - back}日" for back in reversed(range(example.nights))]
    counts = [[f"{name}当日起数", *series.split()] for name, series in example.daily.items()]
    if example.silent:
        heard = ["没有报" if NIGHT.day - back in example.silent else "报了" for back in reversed(range(example.nights))]
        counts.append(["来源", *heard])
    rows = [[_line(line), *nights] for line, nights in lived(example).items()]
    yield _grid(["6月", *days], [*counts, *rows])


def _line(line: str) -> str:
    what, of, place = (part.strip() for part in line.split("·"))
    return f"{place}的{what}" if what == "预警" else f"{what}：`{of}` 在{place}"


def _refused(example: Refused) -> Iterator[str]:
    yield _grid(["写法", "检查结果"], [[f"`{text}`", told] for text, told in refusals(example).items()])
