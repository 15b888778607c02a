"""What a computed indicator counts, as SQL over one record ``r``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.model.indicator import Computed, Indicator
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.names import columns_of
from riskengine.store.steps import literal

__all__ = ["Tally", "compile_tally"]

_COUNT = "coalesce(sum(r.quantity) FILTER (WHERE {kept}), 0)"


@dataclass(frozen=True)
class Tally:
    """``day``: the column that puts a record into its period. ``rate``: it has a denominator, and its value is per hundred of it."""

    indicator: Indicator
    kind: str
    day: str
    where: str
    numerator: str
    denominator: str
    rate: bool

    def columns(self, within: str = "TRUE") -> str:
        """Three aggregates over the records for which ``within`` holds: numerator (or the count, the sum), denominator, records."""
        kept = f"({self.where}) AND {within}"
        told = (each.replace("{kept}", kept) for each in (self.numerator, self.denominator))
        return f"{', '.join(told)}, count(*) FILTER (WHERE {kept})"


def compile_tally(indicator: Indicator, as_of: date) -> Tally:
    """Compile ``indicator.computed`` for a night. Counts net of what was taken back: a record's ``quantity`` may be negative.

    A row for which the condition ``of`` of a share cannot be told does not fulfil it, as in a signal; a row of a ratio that leaves out
    one of the two sums is in neither. Raises ExpressionError, KeyError or ValueError where the rule file names what is not there.
    """
    computed = indicator.computed
    if computed is None:
        raise ValueError(f"{indicator.id} is not computed")
    columns = columns_of(computed.source)
    if computed.day not in columns:
        raise ValueError(f"没有日期列“{computed.day}”")
    names = {name: f"r.{column}" for name, column in columns.items()} | {"as_of": literal(as_of)}
    where = compile_expression(computed.where, names, boolean=True).sql if computed.where else "TRUE"
    numerator, denominator = _aggregates(computed, names)
    rate = computed.measure in ("share", "ratio")
    return Tally(indicator, computed.source, f"r.{columns[computed.day]}", where, numerator, denominator, rate)


def _aggregates(computed: Computed, names: Mapping[str, str]) -> tuple[str, str]:
    """Numerator and denominator, with ``{kept}`` where the condition on the record goes."""
    match computed.measure:
        case "count":
            return _COUNT, "0"
        case "share":
            of = compile_expression(str(computed.of), names, boolean=True).sql
            return _COUNT.replace("{kept}", f"{{kept}} AND ({of})"), _COUNT
        case "sum":
            return _total(compile_expression(str(computed.of), names, boolean=False).sql), "0"
    of = compile_expression(str(computed.of), names, boolean=False).sql
    per = compile_expression(str(computed.per), names, boolean=False).sql
    both = f" AND ({of}) IS NOT NULL AND ({per}) IS NOT NULL"
    return _total(of, both), _total(per, both)


def _total(value: str, known: str = "") -> str:
    # decimals add up to the same total in any order of rows, doubles do not
    amount = f"CAST({value} AS DECIMAL(38, 6)) * sign(r.quantity)"
    return f"coalesce(sum({amount}) FILTER (WHERE {{kept}}{known}), 0)"
