"""哪项指标要完不成: the county's indicators whose lamp is red or yellow, each with its sentence and its course."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from riskengine.intervene.leader.charts import year_course
from riskengine.intervene.leader.curves import curve
from riskengine.intervene.leader.look import LAMP_LISTS, count, lamp, link, section
from riskengine.intervene.leader.readings import Readings, Standing
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Part

__all__ = ["targets"]

_PAGE = "指标.html"
_DRAWN = 4
_TOLD = 6  # further ones in a line each
_NAMED = 5  # grey ones
_TOWNS, _MUCH = 3, 10.0  # towns that make so many per cent of a difference, or more
_ORDER = ("红", "黄")
_COURSES = ("missed", "off", "open", "unknown", "on", "met")


def targets(rulebook: Rulebook, found: Readings) -> str:
    """The section ``#targets``; one line where the county has set no indicators, or none could be judged."""
    heading = "哪项指标要完不成"
    if not rulebook.indicators:
        return section("targets", heading, "<p>本县没有设指标（rules/indicators/ 是空的）。</p>")
    known = [each for each in found.county.values() if each.indicator in rulebook.indicators]
    if not known:
        return section("targets", heading, "<p>指标都还没有读数。</p>", more=link("全部指标", _PAGE))
    bad = sorted(
        (each for each in known if each.lamp in _ORDER),
        key=lambda each: (_ORDER.index(each.lamp), _COURSES.index(each.course)),
    )
    tally = "、".join(
        f"{colour}灯 {count(sum(each.lamp == colour for each in known), _PAGE, anchor, said=f'{colour}灯')}"
        for colour, anchor in LAMP_LISTS
    )
    beside = f"{tally}；{link('全部指标', _PAGE)}"
    grey = _unknown([each for each in known if each.lamp == "灰"], rulebook)
    if not bad:
        return section("targets", heading, f'<ul class="plain"><li>没有红灯、黄灯的指标。</li>{grey}</ul>', more=beside)
    cards = "".join(_card(each, rulebook, found.parts.get(each.indicator, ())) for each in bad[:_DRAWN])
    rest = bad[_DRAWN : _DRAWN + _TOLD]
    lines = "".join(f"<li>{_name(each, rulebook)} {escape(_short(each))}</li>" for each in rest)
    left = len(bad) - _DRAWN - len(rest)
    colours = "、".join(
        f"{colour}灯" for colour in _ORDER if any(each.lamp == colour for each in bad[_DRAWN + _TOLD :])
    )
    tail = f"<li>另有{colours} {left} 项，见{link('全部指标', _PAGE)}。</li>" if left > 0 else ""
    below = f'<ul class="plain">{lines}{tail}{grey}</ul>' if lines or tail or grey else ""
    return section("targets", heading, f'<ul class="courses">{cards}</ul>{below}', more=beside)


def _unknown(grey: Sequence[Standing], rulebook: Rulebook) -> str:
    """What nobody can say anything of is named, so that it is not taken for good."""
    if not grey:
        return ""
    names = [link(escape(rulebook.indicators[each.indicator].name), _PAGE, each.indicator) for each in grey[:_NAMED]]
    return f"<li>{lamp('灰')} 情况未知：{'、'.join(names)}{f'等{len(grey)}项' if len(grey) > _NAMED else ''}。</li>"


def _card(standing: Standing, rulebook: Rulebook, parts: Sequence[Part]) -> str:
    drawn = year_course(curve(standing, rulebook.indicators[standing.indicator], width=310, height=112))
    chance = standing.why.get("chance_text")
    told = f' <span class="soft whole">{escape(str(chance))}</span>' if chance else ""
    said = f"{escape(standing.says)}{told}{_apart(standing, parts)}"
    return f'<li><p>{_name(standing, rulebook)}</p><p class="says">{said}</p>{drawn}</li>'


def _apart(standing: Standing, parts: Sequence[Part]) -> str:
    """The towns that make most of the difference of what misses its target, each with its share of it."""
    if standing.course not in ("missed", "off"):
        return ""
    towns = [each for each in parts if each.by == "乡镇" and each.part.isdigit() and each.share >= _MUCH]
    worst = sorted(towns, key=lambda each: (-each.share, each.part))[:_TOWNS]
    told = "、".join(
        f"{link(escape(each.name), _PAGE, f'{standing.indicator}-{each.part}')}（占{each.share:.0f}%）"
        for each in worst
    )
    return f' <span class="soft">主要差在{told}</span>' if worst else ""


def _short(standing: Standing) -> str:
    """The reading and what is grave about it; what is said of the target stands beside its name. Where nobody can say whether it will
    be met that is the point, and the forecast is told as well.
    """
    return standing.says if standing.course == "open" else str(standing.why.get("short") or standing.says)


def _name(standing: Standing, rulebook: Rulebook) -> str:
    name = rulebook.indicators[standing.indicator].name
    words = standing.why.get("words") or {}
    course = escape(str(words.get("course") or "")) if standing.target_kind else ""
    beside = f' <span class="soft">{course}</span>' if course else ""
    return f"{lamp(standing.lamp)} {link(escape(name), _PAGE, standing.indicator)}{beside}"
