"""Whether papers can be written with the templates in ``rules/templates``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from riskengine.errors import Problem
from riskengine.rulebook.entries import Entries
from riskengine.rulebook.templates import Template, check_template

__all__ = ["check_templates"]


def check_templates(entries: Entries) -> Iterator[Problem]:
    """Problems of every template; whether ``ladder.yaml`` asks for papers of its kind does not matter."""
    for template in entries.templates:
        yield from _checked(template)


@lru_cache(maxsize=16)  # plan and test check many books that have the same templates
def _checked(template: Template) -> tuple[Problem, ...]:
    return tuple(check_template(template))
