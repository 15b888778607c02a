"""How one source fills one contract from one file's columns: the same answer as SQL for many rows and as Python for few."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from riskengine.contracts import parse
from riskengine.contracts.field import Reading
from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.contracts.sql import any_of, normal_code, normal_words, quoted
from riskengine.contracts.stages import FieldSql, field_sql, order_problems, staged
from riskengine.model.source import Cell, Condition, Source

__all__ = ["Filling", "Row"]

Row = Mapping[str, str | None]
"""One row of the file: column → text as it stands there."""


class Filling:
    """One source over one file's columns: which cell fills which field, as SQL and as Python."""

    def __init__(self, source: Source, contract: type[Record], columns: frozenset[str], as_of: date) -> None:
        self.source, self.contract, self.columns, self.as_of = source, contract, columns, as_of
        self.cells = {name: source.fields.get(name, Cell()) for name in contract.model_fields}
        another = source.repeats == "another"
        if len(source.key) == 1 and not another:
            self.cells["key"] = Cell(column=source.key[0])
        self.fields = [field_sql(contract, name, cell, columns, as_of) for name, cell in self.cells.items()]
        self.quick = [field_sql(contract, name, cell, columns, as_of, quick=True) for name, cell in self.cells.items()]
        self.joined = len(source.key) > 1 and not another
        self.by_content = another or (not source.key and self.cells["key"] == Cell())

    def _key(self) -> str | None:
        if self.joined:
            cells = ", ".join(
                f"coalesce({normal_code(quoted(name))}, '')" if name in self.columns else "''"
                for name in self.source.key
            )
            said = f"CASE WHEN k IN {any_of(parse.BLANKS)} THEN '' ELSE k END"
            text = f"array_to_string(list_transform([{cells}], lambda k: {said}), '|')"
            return f"nullif({text}, '{'|' * (len(self.source.key) - 1)}')"
        if self.by_content:
            content = ", ".join(f"coalesce({quoted(name)}, '')" for name in self._content()) or "''"
            text = f"concat_ws(chr(31), {content})"
            # the number is the same digest as the text, and four times as fast to sort by
            return f"md5({text}) || '#' || row_number() OVER (PARTITION BY md5_number({text}) ORDER BY row_no)"
        return None

    def _content(self) -> list[str]:
        mapped = self.source.key or sorted({cell.column for cell in self.cells.values() if cell.column})
        return [name for name in mapped if name in self.columns]

    def _stages(self, where: str, fields: Iterable[FieldSql] | None = None) -> str:
        marks = {"retracts": self._held(self.source.retract_when), "blank": self._empty(self.source.blank_when)}
        skip = self._held(self.source.skip_when)
        return staged(fields or self.fields, marks, f"NOT {skip} AND {where}", key=self._key())

    def _held(self, condition: Condition | None) -> str:
        if condition is None or condition.column not in self.columns:
            return "FALSE"
        text = f"coalesce({quoted(condition.column)}, '')"
        return f"(({normal_words(text)}) IN {any_of(parse.words(value) for value in condition.values)})"

    def _empty(self, columns: Iterable[str]) -> str:
        there = [
            f"coalesce(({normal_words(quoted(name))}) IN {any_of(parse.BLANKS)}, TRUE)"
            for name in columns
            if name in self.columns
        ]
        return f"({' AND '.join(there)})" if there else "FALSE"

    def _problems(self, fields: Iterable[FieldSql]) -> str:
        """TRUE where the contract refuses a row of which it wants everything."""
        return " OR ".join([*(field.problem for field in fields), *order_problems(self.contract, self.cells)])

    def checked(self, where: str = "TRUE", *, slow: frozenset[str] | None = None) -> str:
        """All rows that are not skipped, typed, with ``ok``.

        ``slow``: read only these fields in every way that the contract knows, the others the quick way; a row that is not ok
        may then be so after all, and a row that is ok is what it would be the slow way.
        """
        fields = self.fields
        if slow is not None:
            fields = [f if f.field in slow else q for f, q in zip(self.fields, self.quick, strict=True)]
        key = next(field.problem for field in fields if field.field == "key")
        values = ", ".join(
            f"coalesce(v_{field.field}, {field.default}) AS {field.field}"
            if field.default
            else f"v_{field.field} AS {field.field}"
            for field in fields
        )
        ok = f"blank OR (CASE WHEN retracts THEN NOT ({key}) ELSE NOT ({self._problems(fields)}) END)"
        return f"SELECT row_no, {values}, retracts, blank, {ok} AS ok FROM ({self._stages(where, fields)})"

    def odd(self, rows: int) -> str:
        """How many of the first ``rows`` rows say something that cannot be read the quick way: one column a field that may."""
        ways = zip(self.quick, self.fields, strict=True)
        straight = [quick for quick, slow in ways if quick != slow]
        if not straight:
            return "SELECT 0 AS key"
        said = ", ".join(f"count(*) FILTER ({f.problem} AND n_{f.field} IS NOT NULL) AS {f.field}" for f in straight)
        return f"SELECT {said} FROM ({staged(straight, {'blank': 'FALSE'}, f'row_no <= {rows}')})"

    def failed(self, after: int) -> str:
        """The stages of the rows behind ``after`` that are not ok: what could not be explained one by one."""
        return self._stages(f"row_no > {after} AND row_no IN (SELECT row_no FROM typed WHERE NOT ok)")

    def label(self, field: str) -> str:
        """What the office calls the field."""
        return self.cells[field].column or self.contract.model_fields[field].title or field

    def columns_of(self, field: str) -> str:
        """The column (or columns) of the file that fill the field."""
        return "+".join(self.source.key) if field == "key" and self.joined else self.cells[field].column or ""

    def text(self, field: str, row: Mapping[str, str | None]) -> str | None:
        """What the file holds for the field."""
        if field == "key" and self.joined:
            parts = [parse.half(row.get(name) or "") for name in self.source.key]
            said = ["" if part in parse.BLANKS else part for part in parts]
            return "|".join(said) if any(said) else None
        if field == "key" and self.by_content:
            return "content"
        cell = self.cells[field]
        return row.get(cell.column) if cell.column in self.columns and cell.column else cell.constant

    def reading(self, names: PlaceNames) -> Reading:
        """The validation context of this source."""
        return Reading(
            as_of=self.as_of,
            dates={name: cell.dates for name, cell in self.cells.items()},
            scales={name: cell.scale for name, cell in self.cells.items()},
            places=names,
        )

    def says_nothing(self, row: Row) -> bool:
        """``blank_when``, in Python."""
        there = [name for name in self.source.blank_when if name in self.columns]
        return bool(there) and all(parse.words(row[name] or "") in parse.BLANKS for name in there)

    def holds(self, condition: Condition | None, row: Row) -> bool:
        """``retract_when`` and ``skip_when``, in Python."""
        if condition is None or condition.column not in self.columns:
            return False
        return parse.words(row[condition.column] or "") in {parse.words(value) for value in condition.values}

    def content_key(self, row: Row, seen: Counter[str]) -> str:
        """The key of a record without one, in Python; ``seen`` counts equal content within the file."""
        digest = hashlib.md5("\x1f".join(row[name] or "" for name in self._content()).encode()).hexdigest()
        seen[digest] += 1
        return f"{digest}#{seen[digest]}"
