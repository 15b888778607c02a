"""A paper from an office's Word template: what the values bring stays text, and the same values give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from riskengine.intervene.archive import same_bytes
from riskengine.intervene.papers.blank import blank
from riskengine.model.paper import PaperKind

__all__ = ["Lines", "render"]

_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, and what the renderer would take for a break of its own; a line break stays one."""


class Lines(tuple[str, ...]):
    """Several sentences: gone through by ``for``, or one below the other where only the name stands."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(self)


def render(
    kind: PaperKind, template: bytes | None, values: Mapping[str, str | Lines], day: date, author: str
) -> tuple[bytes, bool]:
    """The .docx, and whether it is made from ``template``: where that is None or cannot be filled, the one that the engine brings is used.

    ``day`` and ``author`` take the place of the clock and the editor's name that Word leaves in a file.
    """
    texts = {name: _text(value) for name, value in values.items()}
    if template is not None:
        try:
            return _filled(template, texts, day, author), True
        except Exception:
            pass  # whatever a template that passed the check still holds, the paper is written
    return _filled(blank(kind), texts, day, author), False


def _filled(template: bytes, values: Mapping[str, str | Lines], day: date, author: str) -> bytes:
    paper = DocxTemplate(io.BytesIO(template))
    paper.render(dict(values), _environment(), autoescape=True)
    told = paper.docx.core_properties
    told.author = told.last_modified_by = _NO_TEXT.sub(" ", author)[:255]
    told.created = told.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a file format without time zones
    return same_bytes(paper.docx)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _text(value: str | Lines) -> str | Lines:
    if isinstance(value, Lines):
        return Lines(_NO_TEXT.sub(" ", each) for each in value)
    return _NO_TEXT.sub(" ", value)
