"""What one night said of the indicators, read back from the tables that it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskengine.assess.indicators.spoken import county_called
from riskengine.errors import WrongUse
from riskengine.model.indicator import Indicator
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding, Mark, Part, Standing
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection
from riskengine.store.standings import rows_of

__all__ = ["Said", "indicator_of", "place_of", "read"]


@dataclass(frozen=True)
class Said:
    """All rows of the night ``as_of``, in the order of the rule files, the county before its towns.

    ``rulebook``: the rule book of today, for names; an indicator that it no longer has goes by its id.
    """

    as_of: date
    rulebook: Rulebook
    standings: tuple[Standing, ...]
    parts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    findings: tuple[Finding, ...]

    @property
    def counties(self) -> frozenset[str]:
        """Codes of the whole."""
        return frozenset(place.code for place in self.rulebook.places if place.level == "county")

    def of_county(self) -> list[Standing]:
        """The county's standings, one an indicator."""
        return [each for each in self.standings if each.place in self.counties]

    def of_place(self, code: str) -> list[Standing]:
        """The standings of one place."""
        return [each for each in self.standings if each.place == code]

    def indicator(self, id_: str) -> Indicator | None:
        """The indicator as today's rules have it; None where they have it no more."""
        return self.rulebook.indicators.get(id_)

    def name(self, id_: str) -> str:
        """What an indicator is called."""
        found = self.indicator(id_)
        return found.name if found else id_

    def place(self, code: str) -> str:
        """The name of a place as a sentence has it, 全县 for the county."""
        if code in self.counties:
            return next(county_called(place.name) for place in self.rulebook.places if place.code == code)
        return next((place.name for place in reversed(self.rulebook.places) if place.code == code), code)

    def who(self, code: str) -> str:
        """The name of a town or a unit."""
        unit = self.rulebook.units.get(code)
        return unit.name if unit else self.place(code)


def read(con: Connection, rulebook: Rulebook, as_of: date | None = None) -> Said:
    """The night ``as_of``, or the newest one. Raises WrongUse where it has not run, or had no indicators."""
    night = _night(con, as_of)
    standings, findings = rows_of(con, Standing, night), rows_of(con, Finding, night)
    if not standings and not findings:
        raise WrongUse(_without(rulebook, night))
    parts, marks = rows_of(con, Part, night), rows_of(con, Mark, night)
    return Said(night, rulebook, tuple(standings), tuple(parts), tuple(marks), tuple(findings))


def indicator_of(rulebook: Rulebook, text: str) -> Indicator:
    """The indicator of that id, name or alias, or the only one whose name contains it. Raises WrongUse."""
    word, known = text.strip(), rulebook.indicators.values()
    found = [each for each in known if word in (each.id, each.name, *each.aliases)]
    found = found or [each for each in known if word and word in each.name]
    if len(found) > 1:
        named = "、".join(f"{each.name}（{each.id}）" for each in found[:8])
        raise WrongUse(f"“{text[:40]}”可以指{named}。请写全名称或编号。")
    if not found:
        names = [name for each in known for name in (each.id, each.name, *each.aliases)]
        raise WrongUse(f"没有指标“{text[:40]}”{suggestion(text, names)}指标的编号和名称见 rules/indicators/。")
    return found[0]


def place_of(rulebook: Rulebook, text: str) -> str:
    """The code of the county or a town of that name, code or alias, or the only one whose name contains it. Raises WrongUse."""
    word = text.strip()
    known = [place for place in rulebook.places if place.level in ("county", "town")]
    found = {each.code for each in known if word in (each.code, each.name, *each.aliases)}
    found = found or {each.code for each in known if word and word in each.name}
    if not found:
        near = suggestion(text, [each.name for each in known])
        raise WrongUse(f"没有县或乡镇“{text[:40]}”{near}名称和编码见 rules/places.csv。")
    if len(found) > 1:
        named = "、".join(dict.fromkeys(each.name for each in known if each.code in found))
        raise WrongUse(f"“{text[:40]}”可以指{named}。请写全名称或编码。")
    return found.pop()


def _night(con: Connection, as_of: date | None) -> date:
    nights = [day for (day,) in con.execute("SELECT as_of FROM assess.night ORDER BY as_of").fetchall()]
    if not nights:
        raise WrongUse("这个工作区还没有运行过任何一夜，没有指标可看。请先运行 riskengine run。")
    if as_of is None:
        newest: date = nights[-1]
        return newest
    if as_of not in nights:
        raise WrongUse(
            f"{as_of} 这一夜还没有运行过（已运行的是 {nights[0]} 至 {nights[-1]} 中的 {len(nights)} 夜）。"
            f"请先运行 riskengine run --as-of {as_of}，或换一夜。"
        )
    return as_of


def _without(rulebook: Rulebook, night: date) -> str:
    if not rulebook.indicators:
        return "规则里没有指标：rules/indicators/ 是空的。写法见 rules/README.md 的“指标”一节。"
    return f"{night} 这一夜没有研判指标：那时的规则里还没有 rules/indicators/。请看之后的一夜，或运行新的一夜。"
