"""All of ``rules/`` as one value: what a night is decided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskengine.model.appraisal import Appraisal
from riskengine.model.clock import CalendarYear, Clock
from riskengine.model.deliveries import Deliveries
from riskengine.model.duty import Level, Place, Route, Unit
from riskengine.model.exemption import Exemption
from riskengine.model.handling import Handling
from riskengine.model.indicator import Indicator
from riskengine.model.ladder import Ladder
from riskengine.model.learning import Learning
from riskengine.model.links import Links
from riskengine.model.named_list import NamedList
from riskengine.model.paper import PaperKind
from riskengine.model.rebound import Rebound
from riskengine.model.route_case import RouteCase
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.model.source import Source

__all__ = ["Rulebook"]


@dataclass(frozen=True)
class Rulebook:
    """Loaded, checked and hashed. Mappings keep the order of the files, which is the order of the lists.

    ``hash``: SHA-256 over the bytes of all files below ``rules/``. ``rule_hashes``: rule id → SHA-256 of the rule's content, so that a
    warning can say by which version of which rule it was raised. ``routes``: the tree of rules/routes.yaml written out, a branch
    behind the branches below it; ``route_numbers``: where each stands in the file, ``9`` or ``9.1``. ``templates``: the office's Word
    files of papers, by kind.
    """

    sources: Mapping[str, Source]
    signals: Mapping[str, Signal]
    rules: Mapping[str, Rule]
    levels: tuple[Level, ...]
    units: Mapping[str, Unit]
    places: tuple[Place, ...]
    routes: tuple[Route, ...]
    hash: str
    rule_hashes: Mapping[str, str] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    calendar: tuple[CalendarYear, ...] = ()
    route_numbers: tuple[str, ...] = ()
    route_cases: tuple[RouteCase, ...] = ()
    handling: Handling = field(default_factory=Handling)
    ladder: Ladder = field(default_factory=Ladder)
    deliveries: Deliveries = field(default_factory=Deliveries)
    rebound: Rebound = field(default_factory=Rebound)
    links: Links = field(default_factory=Links)
    appraisal: Appraisal = field(default_factory=Appraisal)
    learning: Learning = field(default_factory=Learning)
    templates: Mapping[PaperKind, bytes] = field(default_factory=dict)

    def route_number(self, at: int) -> str:
        """Where the route at ``at`` of ``routes`` (from 0) stands in the file; counted from 1 where there is no file."""
        return self.route_numbers[at] if self.route_numbers else str(at + 1)
