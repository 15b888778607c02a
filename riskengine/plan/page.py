"""A plan as one HTML file that needs no other: sentences, two pictures, tables that fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from riskengine.plan import picture
from riskengine.plan.effect import Effect
from riskengine.plan.noun import KINDS
from riskengine.plan.text import TITLES, burden_row, difference_row, event_row, precision_row

__all__ = ["as_page"]

_SHOWN = 20
_UNITS = 16  # so many units fit the picture; the table has all


def as_page(effect: Effect, over: Sequence[str] = ()) -> str:
    """The whole page; no script, no network. ``over``: the limits that are passed."""
    return "".join(_parts(effect, over))


def _parts(effect: Effect, over: Sequence[str]) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>规则改动的推演</title><style>{_STYLE}</style></head><body><main><h1>规则改动的推演</h1>"
    )
    yield f'<p class="head">{escape(effect.head())}</p>'
    yield from (f'<p class="over" role="alert"><strong>超限</strong> {escape(each)}</p>' for each in over)
    yield from (f'<p class="note">{escape(each)}</p>' for each in effect.notes)
    counted = {kind: count for kind, count in effect.counts().items() if count}
    if counted:
        tiles = (f"<li><b>{counted[kind]}</b> {escape(word)}</li>" for kind, word in KINDS.items() if kind in counted)
        yield f'<ul class="tiles">{"".join(tiles)}</ul>'
    yield "<h2>改了什么</h2>"
    changed = [f"<li>{escape(str(each))}</li>" for each in effect.changes]
    yield f"<ul>{''.join(changed[:_SHOWN])}</ul>" if changed else "<p>规则没有改动。</p>"
    if len(changed) > _SHOWN:
        yield _folded(f"其余 {len(changed) - _SHOWN} 处改动", f"<ul>{''.join(changed[_SHOWN:])}</ul>")
    if effect.themes:
        yield f"<h2>每夜在办预警</h2><p>只数可能不同的预警（主题：{escape('、'.join(effect.themes))}）。</p>"
        yield f"<figure>{picture.nights(*effect.opened)}</figure>"
    yield from _differences(effect)
    if effect.events:
        yield "<h2>已知事件</h2>" + _table(TITLES["event"], [event_row(each) for each in effect.events])
    if effect.differences:
        yield from _load(effect)
    if effect.precision and effect.differences:
        yield "<h2>查准率</h2><p>属实与已化解占已核实的比例，括号内为 95% 区间；新增的预警还没有回执，不在其中。</p>"
        yield _table(TITLES["precision"], [precision_row(e.title, e.before, e.after) for e in effect.precision])
    if effect.unaffected:
        told = "".join(f"<li>{escape(title)}（{escape(id_)}）</li>" for id_, title in effect.unaffected.items())
        yield _folded(f"不受影响、没有推演的规则 {len(effect.unaffected)} 条", f"<ul>{told}</ul>")
    yield "</main></body></html>"


def _differences(effect: Effect) -> Iterator[str]:
    if not effect.differences:
        return
    kinds = [kind for kind in KINDS if effect.of(kind)]
    yield "<h2>多少件</h2>"
    for what, word in (("level", "按等级"), ("unit", "按主办单位"), ("rule", "按规则")):
        rows = [[name, *(str(counted.get(kind, "")) for kind in kinds)] for name, counted in effect.by(what)]
        yield _table([word, *(KINDS[kind] for kind in kinds)], rows)
    for kind in kinds:
        rows = [difference_row(effect, each) for each in effect.of(kind)]
        yield f"<h2>{escape(KINDS[kind])} {len(rows)} 件</h2>" + _table(TITLES["difference"], rows[:_SHOWN], "why")
        if len(rows) > _SHOWN:
            yield _folded(f"其余 {len(rows) - _SHOWN} 件", _table(TITLES["difference"], rows[_SHOWN:], "why"))


def _load(effect: Effect) -> Iterator[str]:
    yield "<h2>单位每周新接</h2><p>主办与协办都算，并入其他预警的不另计，没有推演的主题按当时派发的计；最忙周是任意连续七天里最多的。条为周均，竖线为最忙一周。</p>"
    moved = [each for each in effect.burdens if each.differs]
    if not moved:
        yield "<p>各单位都没有变化。</p>"
    else:
        names = {each.unit: effect.unit(each.unit) for each in moved}
        yield '<p class="key"><span class="before"></span> 原来　<span class="after"></span> 改后</p>'
        more = f"<figcaption>图中是前 {_UNITS} 个单位，其余见表。</figcaption>" if len(moved) > _UNITS else ""
        yield f"<figure>{picture.loads(moved[:_UNITS], names)}{more}</figure>"
        yield _table(TITLES["burden"], [burden_row(effect, each) for each in moved])
    same = [burden_row(effect, each) for each in effect.burdens if not each.differs]
    if same:
        yield _folded(f"没有变化的单位 {len(same)} 个", _table(TITLES["burden"], same))


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], class_: str = "wide") -> str:
    """A table. ``class_``: ``wide`` is moved sideways where it does not fit; ``why``, whose last column is long, is laid out as
    one block a row there.
    """
    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    cells = (
        "".join(
            f'<td data-head="{escape(title)}">{escape(each)}</td>' if class_ == "why" else f"<td>{escape(each)}</td>"
            for title, each in zip(head, row, strict=True)
        )
        for row in rows
    )
    body = "".join(f"<tr>{each}</tr>" for each in cells)
    return f'<div class="{class_}"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f4f5f6;color:#1c1f22;font:16px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px;background:#fff}
h1{font-size:26px;margin:0 0 8px}h2{font-size:19px;margin:28px 0 8px}
.head{font-size:18px}.note{background:#fff6dd;padding:6px 12px;margin:6px 0;border-left:4px solid #b58900}
.over{background:#fdecea;padding:6px 12px;margin:6px 0;border-left:4px solid #b3261e}
.tiles{display:flex;flex-wrap:wrap;gap:10px;list-style:none;padding:0}
.tiles li{border:1px solid #cfd4d8;border-radius:6px;padding:6px 14px}
.tiles b{font-size:22px}figure{margin:8px 0}svg{width:100%;height:auto}svg text{font-size:13px}.grid{stroke:#e1e4e6}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:6px 0;font-size:14px}
th,td{border:1px solid #d9dde0;padding:4px 8px;text-align:left;vertical-align:top}
td:nth-child(n+2):not(:last-child){white-space:nowrap}th{background:#eef0f2}td{min-width:3em}
summary{cursor:pointer;margin:8px 0}
.key span{display:inline-block;width:28px;height:12px}.key .after{background:#b3261e}
.key .before{background:repeating-linear-gradient(45deg,#e3e6e8 0 3px,#5b6770 3px 5px)}
.why td:last-child{min-width:16em}
@media (max-width:640px){.wide table:has(td:nth-child(6)){width:52rem}svg text{font-size:15px}main{padding:12px}
.why thead{display:none}.why tr{display:block;border:1px solid #d9dde0;margin:8px 0;padding:4px 8px}
.why td{display:block;border:0;padding:1px 0;white-space:normal!important}
.why td::before{content:attr(data-head) "：";color:#5b6770}}
@media print{body{background:#fff}main{padding:0}.wide{overflow:visible}tr,figure{break-inside:avoid}h2{break-after:avoid}
.why td:nth-child(n){white-space:normal}.why td:last-child{min-width:14em}}
"""
