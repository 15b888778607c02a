"""Who may say what about a warning."""

from __future__ import annotations

from riskengine.model.rulebook import Rulebook

__all__ = ["said_by_units", "said_by_verifier", "verifier_of"]


def verifier_of(rulebook: Rulebook) -> str | None:
    """The unit that checks what units report: the one that rules/handling.yaml names, else the lead of the catch-all route.

    None where that is no unit of the book: then nothing can be verified.
    """
    named = rulebook.handling.verifier or next((each.lead for each in rulebook.routes if each.catch_all), None)
    return named if named in rulebook.units else None


def said_by_verifier(rulebook: Rulebook) -> tuple[str, ...]:
    """The words of 办理动作 that only the verifier may write."""
    own = set(said_by_units(rulebook))
    return tuple(step for step in rulebook.handling.steps("核验") if step not in own)


def said_by_units(rulebook: Rulebook) -> tuple[str, ...]:
    """The words of 办理动作 that units responsible for a warning may write."""
    return rulebook.handling.steps("主办", "协办")
