"""A named list: words that several conditions ask for, kept in one place."""

from __future__ import annotations

from pydantic import Field

from riskengine.model.noun import Name, Noun, Sentence

__all__ = ["NamedList"]


class NamedList(Noun):
    """An entry of ``rules/lists.yaml``; a condition says ``类别 in 高发类别``. ``reference``: the document it stands on."""

    name: Name
    reference: Sentence
    values: tuple[str | float, ...] = Field(min_length=1)
