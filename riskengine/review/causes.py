"""Why a rule may be wrong: what its author declared (``false_causes``) against what the units found (误报原因)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from riskengine.model.rulebook import Rulebook
from riskengine.model.share import LEAST
from riskengine.store.database import Connection

__all__ = ["CauseRecord", "cause_records"]

_MUCH = 0.5
"""From this share of false warnings on that no declared cause explains, or that nobody explained, it is said."""


@dataclass(frozen=True)
class CauseRecord:
    """One rule's false warnings. ``false`` in all, ``unsaid`` of them without a cause; ``declared``: each declared cause → how often
    it was given (0: never seen); ``others``: causes that were given and that the rule does not declare → how often.
    """

    rule: str
    title: str
    false: int
    unsaid: int
    declared: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def explained(self) -> int:
        """False warnings with a declared cause."""
        return sum(self.declared.values())

    @property
    def said(self) -> int:
        """False warnings of which somebody wrote why."""
        return self.false - self.unsaid

    def advice(self, least: int = LEAST) -> Iterator[str]:
        """What to do to ``false_causes``, in plain sentences; nothing is said of causes that few warnings can tell of."""
        for cause, times in self.others.items():
            yield f"单位{times}次写了“{cause}”，规则没有声明：请考虑写进 false_causes，或改条件把它排除。"
        if self.unsaid >= least and self.unsaid / self.false > _MUCH:
            yield f"误报{self.false}件，{self.unsaid}件没有写误报原因，看不出为什么误报：请提醒单位填写。"
        if self.said >= least:
            unseen = [cause for cause, times in self.declared.items() if not times]
            if unseen:
                yield f"声明过而没有出现过：{'、'.join(f'“{cause}”' for cause in unseen)}。请核对是否还需要。"
            if self.explained / self.said < 1 - _MUCH:
                yield f"说明了原因的误报{self.said}件，声明的原因只解释{self.explained}件：请重写 false_causes。"


def cause_records(con: Connection, rulebook: Rulebook) -> list[CauseRecord]:
    """Every rule that had a part in a false warning, those with the most first. A cause is compared as it was written, blanks at the
    ends and a full stop aside. Reads the temp table ``credit``; a rule that the book no longer has declared nothing.
    """
    counted: dict[str, dict[str | None, int]] = {}
    for rule, cause, times in con.execute(_CAUSES).fetchall():
        counted.setdefault(rule, {})[cause] = times
    records = []
    for rule, causes in counted.items():
        known = rulebook.rules.get(rule)
        declared = {_plain(cause): cause for cause in (known.false_causes if known else ())}
        records.append(
            CauseRecord(
                rule=rule,
                title=known.title if known else rule,
                false=sum(causes.values()),
                unsaid=causes.get(None, 0),
                declared={cause: causes.get(plain, 0) for plain, cause in declared.items()},
                others={cause: times for cause, times in causes.items() if cause is not None and cause not in declared},
            )
        )
    return sorted(records, key=lambda each: (-each.false, each.rule))


def _plain(cause: str) -> str:
    return cause.strip().rstrip("。.")


_CAUSES = """
SELECT rule, nullif(rtrim(trim(cause), '。.'), '') AS cause, count(*) AS times
FROM credit WHERE outcome = '误报' GROUP BY ALL ORDER BY rule, times DESC, cause
"""
