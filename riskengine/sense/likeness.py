"""How like two records are, field by field: the weight as SQL, and the same in words for whoever asks why."""

from __future__ import annotations

from math import log2

from riskengine.model.links import Links, Weights
from riskengine.store.steps import literal

__all__ = ["compared", "told"]


def _levels(weights: Weights, a: str, b: str) -> dict[str, list[tuple[str, str, float]]]:
    """Field → its levels: condition on the two records, what is said, bits. The first that holds counts; none, where one is silent."""
    apart = f"abs({a}.day - {b}.day)"
    return {
        "地区": [
            (f"{a}.place = {b}.place AND {a}.village", "同一个村（社区）", weights.same_village.weight),
            (
                f"{a}.town = {b}.town AND NOT ({a}.village AND {b}.village)",
                "同一个乡镇，有一方没有写到村",
                weights.no_village.weight,
            ),
            (f"{a}.place <> {b}.place", "不在同一个村", weights.other_village.weight),
        ],
        "日期": [
            (f"{apart} = 0", "同一天", weights.same_day.weight),
            (f"{apart} = 1", "相隔1天", weights.next_day.weight),
            (f"{apart} <= 3", "相隔2至3天", weights.days_3.weight),
            (f"{apart} <= 7", "相隔4至7天", weights.days_7.weight),
            ("TRUE", "相隔7天以上", weights.later.weight),
        ],
        "类别": [
            (f"{a}.category = {b}.category", "类别相同", weights.same_word.weight),
            (f"{a}.category <> {b}.category", "类别相通", weights.alike_word.weight),
        ],
        "涉及人数": [
            (f"{a}.people = {b}.people", "人数相同", weights.same_people.weight),
            (f"{a}.people <> {b}.people", "人数不同", weights.other_people.weight),
        ],
        "承办单位": [
            (f"{a}.handler = {b}.handler", "单位相同", weights.same_handler.weight),
            (f"{a}.handler <> {b}.handler", "单位不同", weights.other_handler.weight),
        ],
        "转办编号": [(f"{a}.transfer <> {b}.transfer", "转办编号不同", weights.other_transfer.weight)],
    }


def compared(weights: Weights) -> str:
    """SQL of the weight of the pair ``a``, ``b`` in bits, without the prior."""
    fields = _levels(weights, "a", "b").values()
    return " + ".join(
        f"(CASE {' '.join(f'WHEN {condition} THEN {literal(weight)}' for condition, _, weight in levels)} ELSE 0.0 END)"
        for levels in fields
    )


def told(links: Links, one: str, other: str, number: str, weight: str) -> str:
    """SQL of ``why``: which record ``other`` it was matched with, by which number, and what each field says and weighs."""
    prior = log2(links.prior / (1 - links.prior))
    parts = []
    for field, levels in _levels(links.weights, one, other).items():
        says = " ".join(
            f"WHEN {condition} THEN {{'field': {literal(field)}, 'says': {literal(words)}, 'weight': {literal(bits)}}}"
            for condition, words, bits in levels
        )
        parts.append(f"CASE {says} END")
    fields = f"list_filter([{', '.join(parts)}], lambda each: each IS NOT NULL)"
    return (
        f"to_json({{'source': {other}.source, 'key': {other}.key, 'number': {number}, 'prior': {literal(round(prior, 4))}, "
        f"'fields': {fields}, 'weight': {weight}, 'chance': round(1 / (1 + pow(2.0, -{weight})), 4)}})"
    )
