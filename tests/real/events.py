"""``known_events.csv``: which nights it asks for, and which rules of a workspace speak of its categories."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook

LONG = 13
"""An event that spans this many days or more is followed week by week, a shorter one night by night."""

CATEGORIES = {
    "UCR 22 liquor": ("涉酒",),
    "UCR 09/17/11": ("一般伤害", "性犯罪", "诈骗", "强奸"),
    "UCR 10+11": ("伪造", "诈骗"),
    "Dog feces in yard": ("院内犬粪",),
    "(blank nature)": (),
    "Counterfeit Merchandise": ("假冒商品",),
    "Pyramid": ("传销",),
    "Emergency (Jail...)": ("冒充亲友急难",),
    "Phishing": ("网络钓鱼",),
    "Incomplete": (),
}
"""How the rules call what the table calls; empty where the publisher left the category out."""

ALSO = {
    ("stl_crime", date(2011, 3, 17)): ((date(2012, 3, 17), None, "35"), (date(2013, 3, 17), None, "14")),
    ("stl_crime", date(2011, 1, 1)): ((date(2012, 1, 1), None, ""), (date(2013, 1, 1), None, "rape 12")),
    ("chicago_311", date(2012, 5, 7)): ((date(2012, 3, 6), ("Ward 2", ("其他卫生",)), "33"),),
}
"""Further days that the table's notes name. (The bulk entry of Ward 2 did carry a category: Other.)"""

REPORTING = "数据报送"
"""The theme of warnings about the data itself; an artefact may be shown there, and nowhere else."""


@dataclass(frozen=True)
class Event:
    """One line of the table; ``categories`` empty = rows whose category was left out."""

    dataset: str
    first: date
    last: date
    area: str
    category: str
    categories: tuple[str, ...]
    observed: str
    baseline: str
    kind: str
    note: str

    def nights(self) -> list[date]:
        """From the day before to two days after; weekly where it lasts two weeks or longer."""
        start, end = self.first - timedelta(days=1), self.last + timedelta(days=2)
        step = 7 if (self.last - self.first).days >= LONG else 1
        days = [start + timedelta(days=n) for n in range(0, (end - start).days + 1, step)]
        return days if days[-1] == end else [*days, end]

    def places(self, rulebook: Rulebook) -> tuple[str, ...]:
        """Codes of the places in ``area``; the whole county where it names none."""
        by_alias = {alias: place.code for place in rulebook.places for alias in place.aliases}
        root = next(place.code for place in rulebook.places if place.parent is None)
        return tuple(by_alias.get(name.strip(), root) for name in self.area.split(","))

    def rules(self, rulebook: Rulebook) -> tuple[str, ...]:
        """Ids of the rules that count the event's categories."""
        return tuple(rule.id for rule in rulebook.rules.values() if category_of(rule) in self.categories)


def category_of(rule: Rule) -> str | None:
    """The one category that a rule counts; None for a rule about all of them or about the data."""
    found = re.fullmatch(r"类别 = '([^']+)'", (rule.evidence.where if rule.evidence else None) or "")
    return found[1] if found else None


def read_events(folder: Path, dataset: str) -> list[Event]:
    """The lines of one dataset, without those about semantics, and the further days that their notes name."""
    return [event for event in _lines(folder) if event.dataset == dataset]


def _lines(folder: Path) -> Iterator[Event]:
    with (folder / "known_events.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "semantics":
                continue
            event = Event(
                dataset=row["dataset"],
                first=date.fromisoformat(row["from"]),
                last=date.fromisoformat(row["to"]),
                area=row["area"],
                category=row["category"],
                categories=CATEGORIES[row["category"]],
                observed=row["observed"],
                baseline=row["baseline"],
                kind=row["kind"],
                note=row["note"],
            )
            yield event
            for day, elsewhere, observed in ALSO.get((event.dataset, event.first), ()):
                other = replace(event, first=day, last=day, observed=observed)
                if elsewhere:
                    other = replace(other, area=elsewhere[0], categories=elsewhere[1])
                yield other
