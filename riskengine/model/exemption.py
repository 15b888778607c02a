"""An exception to a rule, as an entry of ``rules/exceptions.yaml``: this subject is known, agreed on and for a while not warned of."""

from __future__ import annotations

from datetime import date

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["Exemption"]


class Exemption(Noun):
    """Hits of ``rule`` on ``subject`` raise no warning through ``until`` (the last night). The hit is still recorded.

    ``subject``: its code or key, as the lists show it. ``who`` decided (an office or a post, never a person's name), ``why``.
    ``breaks_at``: a hit of this level or a graver one is not suppressed; the gravest level where not written.
    """

    rule: Slug
    subject: str
    until: date
    who: Sentence
    why: Sentence
    breaks_at: str | None = None
