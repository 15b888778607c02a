"""Happenings → points: what counts, what is spared, where the cap lies, who stands where. Pure; the order of the input does not matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from riskengine.model.appraisal import Appraisal, AppraisalItem, Spared
from riskengine.model.duty import Unit
from riskengine.review.appraisal.noun import Entry, Hit, Standing

__all__ = ["entries_of", "places_in", "standings_of"]

Key = float | tuple[float, ...]


def entries_of(
    appraisal: Appraisal,
    units: Mapping[str, Unit],
    hits: Iterable[Hit],
    warnings: Mapping[str, int],
    level_names: Mapping[int, str],
) -> list[Entry]:
    """Every happening under the item that counts it, by unit, item and day; those that cost nothing say why.

    ``hits`` that no item is about, or of a unit that is no longer there, make no entry. ``warnings``: unit → how many it was given.
    What one item deducts from a unit adds up, to the hundredth, to the least of ``most`` and the sum of ``points``.
    """
    of: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in set(hits):
        of[hit.unit, hit.counts].append(hit)
    found: list[Entry] = []
    for unit in sorted(units.values(), key=lambda each: (each.sort, each.id)):
        items = [item for item in appraisal.items if unit.type in item.applies]
        unanswered = _gone_unanswered(appraisal, items, of, unit.id, level_names)
        for item in items:
            mine = sorted(of[unit.id, item.counts], key=_order)
            spared = [_spared(appraisal, item, hit, unanswered, level_names) for hit in mine]
            found += _costs(item, mine, spared, warnings.get(unit.id, 0))
    return found


def standings_of(
    appraisal: Appraisal, units: Mapping[str, Unit], entries: Iterable[Entry], warnings: Mapping[str, int]
) -> list[Standing]:
    """One for each unit: line departments, then townships, each by rank, those without one behind."""
    cents: dict[tuple[str, str], int] = defaultdict(int)
    vetoed: set[str] = set()
    for entry in entries:
        cents[entry.hit.unit, entry.item] += round(entry.deducted * 100)
        if entry.hit.counts == "veto" and entry.note is None:
            vetoed.add(entry.hit.unit)
    found: list[Standing] = []
    for type_ in ("line", "township"):
        alike = [unit for unit in units.values() if unit.type == type_]
        items = [item.id for item in appraisal.items if type_ in item.applies]
        by = {unit.id: {item: cents[unit.id, item] / 100 for item in items} for unit in alike}
        score = {
            unit.id: (round(appraisal.points * 100) - sum(cents[unit.id, item] for item in items)) / 100
            for unit in alike
        }
        small = {unit.id for unit in alike if warnings.get(unit.id, 0) < appraisal.least}
        ranks = places_in(
            {
                unit.id: (float(unit.id in vetoed), -score[unit.id])
                for unit in alike
                if unit.id not in small or unit.id in vetoed
            }
        )
        order = sorted(alike, key=lambda unit: (ranks.get(unit.id, (10**6, False))[0], unit.sort, unit.id))
        for unit in order:
            rank, tied = ranks.get(unit.id, (None, False))
            found.append(
                Standing(
                    unit.id,
                    type_,
                    warnings.get(unit.id, 0),
                    score[unit.id],
                    by[unit.id],
                    unit.id in vetoed,
                    unit.id in small,
                    rank,
                    tied,
                    len(ranks),
                )  # fmt: skip
            )
    return found


def places_in(keys: Mapping[str, Key]) -> dict[str, tuple[int, bool]]:
    """Who stands where, the lowest key first: ``(rank, tied)``; equals share the better place.

    >>> places_in({"a": 2.0, "b": 1.0, "c": 2.0})
    {'a': (2, True), 'b': (1, False), 'c': (2, True)}
    """
    order = sorted(keys.values())
    return {code: (order.index(key) + 1, order.count(key) > 1) for code, key in keys.items()}


def _costs(item: AppraisalItem, hits: Sequence[Hit], spared: Sequence[str | None], warnings: int) -> list[Entry]:
    """The item's entries for one unit. The cap is reached in the order of the days, so that the last ones cost less or nothing."""
    counted = sum(note is None for note in spared)
    have = counted if item.by == "each" else warnings
    few = None
    if have < item.least:
        few = f"不足{item.least}次，不扣分" if item.by == "each" else f"派给它的预警不足{item.least}件，不扣分"
    each = item.points if item.by == "each" else item.points * 100 / max(warnings, 1)
    found: list[Entry] = []
    total, charged = 0.0, 0
    for hit, reason in zip(hits, spared, strict=True):
        points = 0.0 if item.counts == "veto" else each * _times(item, hit)
        if note := reason or few:
            found.append(Entry(item.id, hit, round(points, 2), 0.0, note))
            continue
        total += points
        now = round(min(total, item.most) * 100 + 1e-7)
        full = total <= item.most + 1e-9
        note = None if full else f"已到最多扣{item.most:g}分"
        if item.counts == "veto":
            note = None
        found.append(Entry(item.id, hit, round(points, 2), (now - charged) / 100, note))
        charged = now
    return found


def _times(item: AppraisalItem, hit: Hit) -> float:
    if item.every is None or hit.days is None:
        return hit.times
    return hit.times + max(hit.days - item.over - 1, 0) // item.every


def _gone_unanswered(
    appraisal: Appraisal,
    items: Sequence[AppraisalItem],
    of: Mapping[tuple[str, str], Sequence[Hit]],
    unit: str,
    level_names: Mapping[int, str],
) -> frozenset[str]:
    """Warnings that cost points as 未反馈: the same omission does not cost points as 逾期 too."""
    return frozenset(
        hit.id
        for item in items
        if item.counts == "unanswered"
        for hit in of.get((unit, "unanswered"), ())
        if _spared(appraisal, item, hit, frozenset(), level_names) is None
    )


def _spared(
    appraisal: Appraisal,
    item: AppraisalItem,
    hit: Hit,
    unanswered: frozenset[str],
    level_names: Mapping[int, str],
) -> str | None:
    if hit.spared is not None:
        return hit.spared
    for each in appraisal.spared:
        if _fits(each, item, hit, level_names):
            return f"不扣分：{each.reason}（{each.approver}）"
    if item.counts == "overdue" and hit.id in unanswered:
        return "同一件事已按未反馈扣分，不重复扣"
    return None


def _fits(spared: Spared, item: AppraisalItem, hit: Hit, level_names: Mapping[int, str]) -> bool:
    return all(
        (
            not spared.items or item.id in spared.items,
            not spared.units or hit.unit in spared.units,
            not spared.themes or hit.theme in spared.themes,
            not spared.levels or (hit.level is not None and level_names.get(hit.level) in spared.levels),
            spared.first is None or hit.on >= spared.first,
            spared.until is None or hit.on <= spared.until,
        )
    )


def _order(hit: Hit) -> tuple[object, ...]:
    return (hit.on, hit.id, hit.source, hit.days or 0, hit.times, hit.says)
