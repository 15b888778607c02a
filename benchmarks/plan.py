"""(4) A rule change played over 90 nights of the sample county beside five single nights of the same county."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from data.sample.__main__ import generate
from riskengine.model.rulebook import Rulebook
from riskengine.night import fill, run_night
from riskengine.plan.rehearse import Asked, rehearse
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["NIGHTS", "PEER", "County", "county"]

NIGHTS = 90
PEER = "five single nights (riskengine.night.run_night) on the same county: 26 to 30 June 2026"

_ROOT = Path(__file__).parents[1]
_FIRST, _LAST, _SINGLE = date(2026, 3, 1), date(2026, 6, 25), 5


@dataclass(frozen=True)
class County:
    """The sample county after 117 nights: ``kept`` is left alone, ``workspace`` is what is worked on."""

    kept: Path
    workspace: Workspace
    rules: Rulebook

    def restore(self) -> None:
        """The workspace as it was before the five nights."""
        shutil.rmtree(self.workspace.root)
        _copied(self.kept, self.workspace.root)

    def five(self) -> None:
        """The peer."""
        for number in range(1, _SINGLE + 1):
            run_night(self.workspace, _LAST + timedelta(days=number), rulebook=self.rules)

    def edit(self) -> None:
        """One threshold; only what can differ is played."""
        self._plan(_threshold(self.rules))

    def whole(self) -> None:
        """The same threshold, all rules played."""
        self._plan(_threshold(self.rules), everything=True)

    def twice(self) -> None:
        """A level starts at another score, so that every rule may differ and all are weighed once for each rule
        book.
        """
        levels = tuple(
            level.model_copy(update={"score": level.score - 5}) if level.rank == 1 and level.score else level
            for level in self.rules.levels
        )
        self._plan(replace(self.rules, levels=levels))

    def _plan(self, new: Rulebook, *, everything: bool = False) -> None:
        effect = rehearse(self.workspace, self.rules, new, "原规则", Asked(NIGHTS, everything=everything))
        if effect is None or len(effect.nights) != NIGHTS or not effect.differences:
            raise AssertionError("the plan did not play what it should")


def county(folder: Path, say: Callable[[str], None]) -> County:
    """Generate the county and run its first 117 nights; a few minutes, not timed."""
    kept = folder / "kept"
    shutil.copytree(_ROOT / "rules", kept / "rules")
    workspace = Workspace.at(kept)
    generate(workspace.inbox)
    for number, _ in enumerate(fill(workspace, _FIRST, _LAST), start=1):
        if number % 30 == 0:
            say(f"  样例县已运行 {number} 夜")
    _copied(kept, folder / "county")
    return County(kept, Workspace.at(folder / "county"), load(workspace))


def _copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("outbox", ".scratch"))


def _threshold(rules: Rulebook) -> Rulebook:
    """``petition-repeated`` from its second repetition on, in the place of the third."""
    rule = rules.rules["petition-repeated"]
    least = rule.parameters["次数下限"]
    lower = least.model_copy(update={"values": {day: 2.0 for day in least.values}})
    changed = rule.model_copy(update={"parameters": {**rule.parameters, "次数下限": lower}})
    return replace(rules, rules={**rules.rules, rule.id: changed})
