"""What all nouns share: frozen, strict about unknown keys, identifiers that people can read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

__all__ = ["Name", "Noun", "Sentence", "Slug"]


class Noun(BaseModel):
    """Frozen; an unknown key is an error, so a typo in a rule file is found before the night."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""Identifier of a rule, source or unit: lower-case letters, digits and single hyphens."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*$", max_length=60)]
"""Name of a signal or parameter, as it stands in a condition: Chinese characters, letters, digits, underscore."""

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
"""A sentence that a unit or a leader reads."""
