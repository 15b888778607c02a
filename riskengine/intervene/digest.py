"""What a night's list says first: its lines in the order in which somebody should read them, unchanged ones folded, closed ones counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from riskengine.intervene.handled import Errand
from riskengine.intervene.lines import Entry, Line, families
from riskengine.intervene.parts import Duty
from riskengine.intervene.unread import Unread

__all__ = ["LONG", "SOON", "Digest", "county_digest", "tonight", "unit_digests"]

SOON = 3
"""A deadline within so many days is near."""

LONG = 7
"""A warning that was lifted so many days ago, and is not closed, is folded away."""

_LATE, _NEW, _RAISED, _SOON, _OTHER, _WAITING, _LIFTED, _ENDED, _FOLDED, _CLOSED = range(10)
_FIRST = (_LATE, _NEW, _RAISED, _SOON, _OTHER, _WAITING, _LIFTED)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Digest(Generic[Row]):
    """One list. ``shown`` in order of reading; ``ended``: lifted, their handling still open, ``old`` those for long; ``folded``: unchanged;
    ``closed``: counted only. ``waiting``: the warnings for which there was no room yet, in the order of the queue. ``unread``: what
    of its receipts was not taken.
    """

    shown: Sequence[Row] = ()
    ended: Sequence[Row] = ()
    old: Sequence[Row] = ()
    folded: Sequence[Row] = ()
    closed: Sequence[Row] = ()
    errands: Sequence[Errand] = ()
    waiting: Sequence[Entry] = ()
    unread: Sequence[Unread] = ()

    @property
    def lines(self) -> int:
        """How many rows the list has."""
        return len(self.rows) + len(self.errands)

    @property
    def rows(self) -> list[Row]:
        """All rows of warnings, as they stand on the list."""
        return [*self.shown, *self.ended, *self.old, *self.folded]


def county_digest(found: Sequence[Entry], ended: Sequence[Entry], as_of: date) -> Digest[Entry]:
    """The county's list: every warning has its row, the closed ones are among the folded."""
    own = _digest(found, ended, lambda entry: entry, lambda entry: entry.duties, as_of)
    queue = sorted(
        (entry for entry in found if entry.waiting), key=lambda entry: (entry.waiting[0].unit, entry.waiting[0].place)
    )
    return replace(own, folded=[*own.folded, *own.closed], closed=(), waiting=queue)


def unit_digests(
    lines: Mapping[str, Sequence[Line]],
    found: Sequence[Entry],
    ended: Sequence[Entry],
    errands: Mapping[str, Sequence[Errand]],
    unread: Mapping[str, Sequence[Unread]],
    as_of: date,
) -> dict[str, Digest[Line]]:
    """Unit → its list; only units that have a row, something waiting, or something to mend. ``lines``: those of tonight's open and lifted
    warnings.
    """
    after: dict[str, list[Line]] = {}
    for entry in ended:
        for duty in entry.duties:
            after.setdefault(duty.unit, []).append(Line(entry, duty))
    queue: dict[str, list[tuple[int, Entry]]] = {}
    for entry in found:
        for wait in entry.waiting:
            if wait.role == "主办":
                queue.setdefault(wait.unit, []).append((wait.place, entry))
    lists = {}
    for unit in dict.fromkeys((*lines, *after, *errands, *queue, *unread)):
        own = _digest(
            lines.get(unit, ()), after.get(unit, ()), lambda line: line.entry, lambda line: (line.duty,), as_of
        )
        waiting = [entry for _, entry in sorted(queue.get(unit, ()), key=lambda each: each[0])]
        told = replace(own, errands=tuple(errands.get(unit, ())), waiting=waiting, unread=unread.get(unit, ()))
        if told.lines or told.waiting or told.unread:
            lists[unit] = told
    return lists


def tonight(
    digest: Digest[Row], entry_of: Callable[[Row], Entry], duties_of: Callable[[Row], Sequence[Duty]], as_of: date
) -> str:
    """``今夜：新增 2、升级 0、…``: what the list holds, in one line."""
    rows = [*digest.rows, *digest.closed]
    counted = [_section(entry_of(row), duties_of(row), as_of) for row in rows]
    left = [_left(entry_of(row), duties_of(row), as_of) for row in rows]
    open_ = [days for days, at in zip(left, counted, strict=True) if days is not None and at != _CLOSED]
    changes = [entry_of(row).change for row in rows if entry_of(row).lifted_on in (None, as_of)]
    fresh = sum(_fresh(entry_of(row), duties_of(row), as_of) for row in rows)
    told = {
        "新增": fresh,
        "升级": changes.count("升级"),
        "降级": changes.count("降级"),
        "解除": changes.count("解除"),
        f"{SOON}日内到期": sum(0 <= days <= SOON for days in open_),
        "逾期": sum(days < 0 for days in open_),
        "候办": len(digest.waiting),
        "已销号观察": sum(entry_of(row).closed and not entry_of(row).lifted for row in rows),
    }
    return "今夜：" + "、".join(f"{name} {many}" for name, many in told.items())


def _digest(
    found: Sequence[Row],
    ended: Sequence[Row],
    entry_of: Callable[[Row], Entry],
    duties_of: Callable[[Row], Sequence[Duty]],
    as_of: date,
) -> Digest[Row]:
    lots: dict[int, list[Row]] = {}
    for row in found:
        lots.setdefault(_section(entry_of(row), duties_of(row), as_of), []).append(row)
    ordered = {at: _families(rows, entry_of) for at, rows in lots.items()}
    after = [*ordered.get(_ENDED, ()), *ended]
    since = [entry_of(row).lifted_on or as_of for row in after]
    return Digest(
        shown=[row for at in _FIRST for row in ordered.get(at, ())],
        ended=[row for row, day in zip(after, since, strict=True) if (as_of - day).days < LONG],
        old=[row for row, day in zip(after, since, strict=True) if (as_of - day).days >= LONG],
        folded=ordered.get(_FOLDED, ()),
        closed=ordered.get(_CLOSED, ()),
    )


def _section(entry: Entry, duties: Sequence[Duty], as_of: date) -> int:
    if entry.lifted:
        leads = any(duty.role == "主办" for duty in duties)
        return _CLOSED if entry.closed else _ENDED if entry.handling is not None and leads else _LIFTED
    if entry.closed and entry.change != "升级":
        return _CLOSED
    left = _left(entry, duties, as_of)
    if left is not None and left < 0:
        return _LATE
    if _fresh(entry, duties, as_of) or (entry.waiting and not duties):
        return _NEW if not entry.waiting else _WAITING
    if entry.change == "升级":
        return _RAISED
    if left is not None and left <= SOON:
        return _SOON
    signed = bool(duties) and all(duty.signed or _heard(entry, duty) for duty in duties)
    return _FOLDED if entry.change == "持续" and signed else _OTHER


def _heard(entry: Entry, duty: Duty) -> bool:
    return duty.role == "主办" and entry.handling is not None and entry.handling.signed


def _fresh(entry: Entry, duties: Sequence[Duty], as_of: date) -> bool:
    """New to whoever reads this list: opened tonight, or given out tonight though the data showed it before."""
    given = bool(duties) and all(duty.delivered_on == as_of for duty in duties)
    return not entry.lifted and (entry.change == "新增" or given)


def _left(entry: Entry, duties: Sequence[Duty], as_of: date) -> int | None:
    if entry.lifted or entry.closed:
        return None
    return min((days for duty in duties if (days := duty.left(as_of)) is not None), default=None)


def _families(rows: Sequence[Row], entry_of: Callable[[Row], Entry]) -> list[Row]:
    """The rows in their order, children right after their parent where that stands among them."""
    by_id = {entry_of(row).id: row for row in rows}
    return [by_id[entry.id] for entry in families([entry_of(row) for row in rows])]
