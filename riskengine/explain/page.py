"""An explanation as one self-contained page: no script, no network, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from string import Template

from riskengine.explain.chain import Explanation, History, Part, Rows
from riskengine.explain.wording import MARKS, VERDICTS, in_band, kind_and_key
from riskengine.model.value import plain, valued

__all__ = ["as_page"]

_CLASSES = {True: "yes", False: "no", None: "open"}
_WHOLE = 10
_SHADES = ("#33567f", "#6b8cb5", "#a9bdd6", "#8a7fb0", "#b9b2d2")


def as_page(explanations: Sequence[Explanation]) -> str:
    """The page as HTML text. Whatever stands in records and rule files is escaped."""
    first = explanations[0]
    title = f"{first.name} {first.title} {first.as_of}"
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    body = "\n".join(_article(each) for each in explanations)
    return template.substitute(title=escape(title), body=body)


def _article(told: Explanation) -> str:
    level = ""
    if told.verdict == "hit" and told.level:
        colour = next((each.colour for each in told.scale if each.level == told.level), "#ffffff")
        graded = f"{told.level} {plain(told.score or 0)}分"
        level = f'<span class="badge" style="border-color:{escape(colour)}">{escape(graded)}</span> '
    verdict = f"判断：{VERDICTS[told.verdict]} {level}· " if told.verdict else ""
    which = kind_and_key(told.subject_type, told.subject, told.name)
    where = f"{which} · " if which else ""
    parts = [
        f"<article><h1>{escape(told.name)}：{escape(told.title)}</h1>",
        f'<p class="soft">{escape(where)}{told.as_of} · {verdict}'
        f"规则 {escape(told.rule)} 版本 {escape(told.version or '—')} · {escape(told.rules)}</p>",
        f'<p class="lead">{escape(told.answer)}</p>',
        *(f'<p class="note">{escape(each)}</p>' for each in (*told.notes, *filter(None, [told.differs]))),
    ]
    if told.verdict is not None:
        parts += [
            _section("若…则…", _counterfactuals(told)),
            _section("条件", f'<ul class="tree">{_part(told.condition)}</ul>' if told.condition else ""),
            _section("未知", _bullets(told.unknown)),
            _section("已知", _known(told)),
            _section("得分" if told.verdict == "hit" else "得分（假如命中）", _score(told)),
            _section("往下看", "".join(f"<pre>{escape(each.deeper)}</pre>" for each in told.members if each.deeper)),
            _section("逐夜", _nights(told)),
            _section("派发与建议", _duty(told)),
            _section("证据", "".join(_rows(each, f"{each.title}") for each in told.evidence)),
            _section("每一步的中间表", _steps(told)),
        ]
    return "\n".join(filter(None, parts)) + "</article>"


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{content}" if content else ""


def _bullets(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(each)}</li>" for each in lines)
    return f"<ul>{items}</ul>" if items else ""


def _counterfactuals(told: Explanation) -> str:
    note = f'<p class="soft">{escape(told.counterfactual_note)}</p>' if told.counterfactual_note else ""
    return _bullets(f"{each.says}。" for each in told.counterfactuals) + note


def _part(part: Part) -> str:
    mark = f'<span class="{_CLASSES[part.holds]}">{MARKS[part.holds]}</span>'
    if part.kind == "test":
        gap = f' <span class="gap">{escape(part.gap)}</span>' if part.gap else ""
        return f"<li>{mark} {escape(part.shown)}{gap}</li>"
    title = {"all": "全部成立", "any": "至少一项成立", "not": "不成立"}[part.kind]
    if part.text == part.shown:
        title = part.text
    return f"<li>{mark} {escape(title)}：<ul>{''.join(_part(each) for each in part.parts)}</ul></li>"


def _known(told: Explanation) -> str:
    rows = [
        [each.name, each.shown, f"{each.meaning}{f'（{each.unknown}）' if each.unknown else ''}"] for each in told.known
    ]
    rows += [
        [each.name, each.shown, f"参数，{f'{each.since}起' if each.since else each.note}，{each.reference}"]
        for each in told.parameters
    ]
    table = _table(["名称", "当夜的值", "含义"], rows) if rows else ""
    return table + "".join(_history(each) for each in told.histories)


def _history(history: History) -> str:
    """The series as bars, with the usual value and the bound as lines."""
    series, room, height = history.series, 720, 120
    top = max([value for value in series if value is not None] + [history.mean or 0, history.upper or 0, 1e-9]) * 1.08
    step = room / max(1, len(series))
    bars = "".join(
        f'<rect x="{at * step:.1f}" y="{height - max(0.0, value) / top * height:.1f}" width="{step * 0.8:.1f}" '
        f'height="{max(0.0, value) / top * height:.1f}" class="{"now" if at == len(series) - 1 else "past"}"/>'
        for at, value in enumerate(series)
        if value is not None
    )
    lines = "".join(
        '<line x1="0" x2="{0}" y1="{1:.1f}" y2="{1:.1f}" class="{2}"/>'.format(room, height * (1 - value / top), name)
        for name, value in (("mean", history.mean), ("upper", history.upper))
        if value is not None and value >= 0
    )
    told = [f"今晚 {valued(series[-1], history.unit)}", f"平均 {valued(history.mean, history.unit)}"]
    if history.upper is not None:
        told.append(f"上界 {valued(history.upper, history.unit)}")
    return (
        f'<figure><svg viewBox="0 0 {room} {height}" role="img" aria-label="{escape(history.says)}">{bars}{lines}</svg>'
        f"<figcaption>{escape(history.of)}，每格{history.days}日，右端为今晚：{escape('，'.join(told))}。{escape(history.says)}"
        "</figcaption></figure>"
    )


def _score(told: Explanation) -> str:
    if not told.features:
        return ""
    rows = [
        [
            each.feature,
            in_band(each),
            plain(each.points),
            f"{plain((each.share or 0) * 100)}%",
            each.says if each.points else "",
        ]
        for each in told.features
    ]
    floors = [
        f"保底{each.level} {MARKS[each.condition.holds]} {each.condition.shown}：{each.says}" for each in told.floors
    ]
    table = _table(["项目", "值与得分档", "分", "占比", "说明"], rows)
    return f"{_bar(told)}{table}{_bullets(floors)}<p>{escape(told.grading)}</p>"


def _bar(told: Explanation) -> str:
    """The points end to end on a scale of 0 to 100, with the levels' first points as marks."""
    at, pieces = 0.0, []
    for nth, each in enumerate(told.features):
        width = max(0.0, min(each.points, 100 - at))
        shade = _SHADES[nth % len(_SHADES)]
        pieces.append(
            f'<span style="left:{at:.2f}%;width:{width:.2f}%;background:{shade}" title="{escape(each.feature)}"></span>'
        )
        at += width
    marks = "".join(
        f'<i style="left:{each.score:.2f}%;border-color:{escape(each.colour)}">{escape(each.level)}{plain(each.score)}</i>'
        for each in told.scale
        if each.score is not None
    )
    return f'<div class="bar">{"".join(pieces)}{marks}</div>'


def _nights(told: Explanation) -> str:
    colours = {each.level: each.colour for each in told.scale}
    cells = []
    for night in told.nights:
        word = "未运行" if night.verdict is None else night.level or VERDICTS[night.verdict]
        edge = f' style="border-top-color:{escape(colours[night.level])}"' if night.level in colours else ""
        noted = "例外" if night.suppressed else night.change
        change = f"<small>{escape(noted)}</small>" if noted else ""
        cells.append(f"<li{edge}><b>{night.as_of[5:]}</b>{escape(word)}{change}</li>")
    turns = [[each.as_of, each.change, each.level, each.sentence] for each in told.turns]
    table = _table(["日期", "变化", "等级", "原因"], turns) if turns else ""
    if not any(night.verdict for night in told.nights):
        cells = []
    return f'<ol class="nights">{"".join(cells)}</ol><p>{escape(told.persistence)}</p>{table}'


def _duty(told: Explanation) -> str:
    if told.route is None:
        return ""
    will = "假如预警，将派给：" if told.route.would else "已派给："
    nth = f"（派发第{told.route.nth}条）" if told.route.nth else ""
    units = [f"{unit} {role}，{day}前反馈" for unit, role, day in told.route.duties]
    return f"<p>{will}</p>{_bullets(units)}<p>{escape(told.route.says)}{nth}</p>" + "".join(
        f"<p><b>{escape(title)}</b>：{escape(text)}</p>" for title, text in told.advice
    )


def _steps(told: Explanation) -> str:
    return "".join(
        f"<details><summary>{escape(each.table.title)}</summary>{_rows(each.table)}"
        f"<details><summary>语句</summary><pre>{escape(each.sql)}</pre></details></details>"
        for each in told.steps
        if each.table.rows
    )


def _rows(rows: Rows, title: str = "") -> str:
    head = f"<h3>{escape(title)}</h3>" if title else ""
    if not rows.rows:
        return f"{head}<p>没有这个对象的行。</p>"
    more = f'<p class="soft">另有{rows.more}行。</p>' if rows.more else ""
    return head + _table(rows.columns, rows.rows) + more


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(each)}</th>" for each in head)
    lines = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>'


def _cell(text: str) -> str:
    """A cell; a short one, a day or a number, is not broken."""
    whole = ' class="whole"' if len(text) <= _WHOLE else ""
    return f"<td{whole}>{escape(text)}</td>"
