"""The papers of a night as files: rendered, laid into their units' folders, their paths and SHA-256 noted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.intervene.outbox import Document, file_name
from riskengine.intervene.papers.facts import Values, common_values, paper_values
from riskengine.intervene.papers.listing import plate_values
from riskengine.intervene.papers.render import render
from riskengine.model.paper import KINDS, PaperKind
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Issued", "issued", "papers"]


@dataclass(frozen=True)
class Issued:
    """One numbered paper of tonight: its main recipient first among ``units``, the others have copies."""

    number: str
    kind: PaperKind
    id: str
    why: str
    answer_by: date | None
    units: tuple[str, ...]


def issued(con: Connection, as_of: date) -> list[Issued]:
    """Tonight's papers in the order of their numbers, as ``intervene.paper`` has them."""
    rows = con.execute(_ISSUED, {"as_of": as_of, "kinds": list(KINDS)}).fetchall()
    return [Issued(number, kind, id_, why, by, tuple(units)) for number, kind, id_, why, by, units in rows]


def papers(
    con: Connection, rulebook: Rulebook, as_of: date, tonight: Sequence[Issued], names: Mapping[str, str]
) -> Iterator[Document]:
    """The files of ``tonight``, a copy for each unit; ``names``: unit → its folder. Fills path and sha256 of ``intervene.paper``.

    Every recipient of one paper has the same bytes.
    """
    about: dict[str, Values] = paper_values(con, rulebook, {each.id for each in tonight}, as_of) if tonight else {}
    author = office.name if (office := rulebook.units.get(rulebook.ladder.office or "")) else ""
    for each in tonight:
        values = about.get(each.id) or plate_values(con, rulebook, each.id, as_of)
        to, *copies = each.units
        own = common_values(rulebook, each.kind, each.number, to, copies, each.why, each.answer_by, as_of)
        content, theirs = render(each.kind, rulebook.templates.get(each.kind), values | own, as_of, author)
        sha256 = hashlib.sha256(content).hexdigest()
        template = f"rules/templates/{each.kind}.docx" if theirs else None
        for unit in each.units:
            path = f"{names[unit]}/文书/{file_name(each.number + each.kind)}.docx"
            con.execute(_FILED, [path, sha256, template, as_of, each.number, unit])
            yield Document(path, content, unit)


_ISSUED = """
SELECT number, kind, id, any_value(why), any_value(answer_by), list(unit ORDER BY role <> '主送', unit)
FROM intervene.paper WHERE as_of = $as_of GROUP BY number, kind, id ORDER BY list_position($kinds::VARCHAR[], kind), len(number), number
"""

_FILED = (
    "UPDATE intervene.paper SET path = $1, sha256 = $2, template = $3 WHERE as_of = $4 AND number = $5 AND unit = $6"
)
