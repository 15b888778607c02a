"""``清单.html``: the list behind every number: by level, change, deadline, unit, town and rule, with exceptions and trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.listing import Listing, by_change, by_level, by_rule, by_town, by_unit, owed
from riskengine.intervene.leader.look import link, section
from riskengine.intervene.leader.overview import overview
from riskengine.intervene.leader.papers import NO_PAPERS, Papers, papers_section
from riskengine.intervene.leader.trials import Trial, suppressed, trial_section
from riskengine.intervene.lines import Duty, Entry, families
from riskengine.intervene.markup import badge, number, table
from riskengine.intervene.situation import Situation
from riskengine.intervene.wording import deadline
from riskengine.model.rulebook import Rulebook

__all__ = ["STYLE", "body"]

STYLE = """
.contents { border: 1px solid var(--line); background: var(--wash); border-radius: 4px; padding: .5rem .9rem; margin: .8rem 0; }
.contents dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
.contents dt { color: var(--soft); }
.contents dd { margin: 0; }
.contents ul { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; margin: 0; padding: 0; }
@media (max-width: 640px) { .contents dl { grid-template-columns: 1fr; gap: .1rem; } .contents dd { margin-bottom: .4rem; } }
@media print { .contents { display: none; } }
"""
"""CSS of this page; the list of contents is for the screen."""

_SHORT = 90  # characters of a sentence; all of it stands on the warning's own page
_TABLES = (("changes", "等级与变化", 0), ("units", "责任单位", 0), ("towns", "乡镇", 0))
_BELOW = '<span class="soft" aria-hidden="true">└ </span>'  # stands before a merged warning


def body(
    found: Sequence[Entry],
    rulebook: Rulebook,
    tonight: Situation,
    opened: Sequence[Trial],
    paths: Mapping[str, str],
    as_of: date,
    papers: Papers = NO_PAPERS,
) -> str:
    """Contents, overviews, and one section a number: ``#level-1``, ``#new``, ``#late-<unit>``, ``#town-<code>`` …

    A section has exactly as many rows as the number that leads to it says. ``paths``: unit id → its list.
    """
    alive = [entry for entry in found if not entry.lifted]
    owing = owed(alive, rulebook, as_of)
    groups = (
        ("等级", by_level(alive, rulebook.levels)),
        ("变化", by_change(found)),
        ("逾期", [each for each in owing if each.anchor.startswith("late")]),
        ("未签收", [each for each in owing if each.anchor.startswith("unsigned")]),
        ("单位", by_unit(alive, rulebook, paths)),
        ("乡镇", by_town(alive, rulebook, as_of)),
        ("规则", by_rule(alive, rulebook)),
    )
    others = (
        ("suppressed", "被例外压住", len(tonight.decided.held)),
        ("trials", "试运行", len(opened)),
        ("papers", "公文", len(papers.written)),
    )
    return "\n".join(
        (
            _contents(groups, others),
            overview(found, rulebook, paths, as_of),
            *(_section(each, as_of) for _, lists in groups for each in lists),
            suppressed(tonight.decided),
            trial_section(tonight.decided, opened),
            papers_section(papers, rulebook, {entry.id for entry in found}),
        )
    )


def _contents(groups: Iterable[tuple[str, Sequence[Listing]]], others: Sequence[tuple[str, str, int]]) -> str:
    """Where to jump to; lists with nothing on them are left out."""
    lines = [
        (title, [(each.anchor, each.heading, len(each.entries)) for each in lists if each.entries])
        for title, lists in groups
    ]
    lines += [("其他", [each for each in others if each[2]]), ("总表", list(_TABLES))]
    told = "".join(
        f"<dt>{title}</dt><dd><ul>{''.join(_item(*each) for each in lists)}</ul></dd>"
        for title, lists in lines
        if lists
    )
    return f'<nav class="contents" aria-label="本页目录"><dl>{told}</dl></nav>'


def _item(anchor: str, name: str, rows: int) -> str:
    short = name.partition("：")[2] or name
    return f"<li>{link(escape(short) + (f' <b>{number(rows)}</b>' if rows else ''), '', anchor)}</li>"


def _section(each: Listing, as_of: date) -> str:
    heading = f"{each.heading} {number(len(each.entries))} 件"
    beside = link("下载本单位清单", each.path) if each.path else ""
    if not each.entries:
        return section(each.anchor, heading, "<p>没有。</p>", more=beside)
    ids = {entry.id for entry in each.entries}
    rows = [_row(entry, entry.merged_into in ids, each.unit, as_of) for entry in families(each.entries)]
    head = ("等级", "对象", "一句话", "单位和期限")
    return section(each.anchor, heading, table(head, rows, cards=True, caption=each.heading), more=beside)


def _row(entry: Entry, below: bool, unit: str | None, as_of: date) -> tuple[str, ...]:
    duties = [duty for duty in entry.duties if unit in (None, duty.unit)]
    sentence = entry.sentence if len(entry.sentence) <= _SHORT else entry.sentence[: _SHORT - 1] + "…"
    merged = f"【并入 {entry.merged_into}】" if entry.merged_into else ""
    subject = link(escape(entry.subject_name), "预警.html", entry.id)
    return (
        f'{badge(entry.level)}<br><span class="soft">{entry.change}</span>',
        f"{_BELOW if below else ''}{subject}<br>"
        f'<span class="soft">{escape(entry.theme)} · <span class="whole">{escape(entry.id)}</span></span>',
        escape(merged + sentence),
        "<br>".join(_duty(entry, duty, as_of) for duty in duties) or escape(entry.unowned),
    )


def _duty(entry: Entry, duty: Duty, as_of: date) -> str:
    """Unit and role, then until when; for one that nobody waits for any more what it said."""
    day, mark = deadline(entry, duty, as_of)
    said = duty.receipt.split("\n")[0] if duty.settled else f"{day} {mark}"
    kind = "late" if "逾期" in mark else "soft"
    name = f'<span class="whole">{escape(duty.unit_name)} <span class="soft">{duty.role}</span></span>'
    return f'{name} <span class="whole {kind}">{escape(said)}</span>'
