"""``warnings.jsonl``: the night for machines, one warning a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from riskengine.intervene.lines import Duty, Entry

__all__ = ["as_json_lines"]


def as_json_lines(found: Iterable[Entry], as_of: date) -> bytes:
    """All open warnings and tonight's lifted ones by id, UTF-8, a JSON object a line, with reasons and duties."""
    rows = (json.dumps(_plain(entry, as_of), ensure_ascii=False) for entry in sorted(found, key=lambda each: each.id))
    return "".join(f"{row}\n" for row in rows).encode()


def _plain(entry: Entry, as_of: date) -> dict[str, Any]:
    return {
        "as_of": as_of.isoformat(),
        "id": entry.id,
        "change": entry.change,
        "level": entry.level.name,
        "rank": entry.level.rank,
        "score": entry.score,
        "theme": entry.theme,
        "subject_type": entry.subject_type,
        "subject": entry.subject,
        "subject_name": entry.subject_name,
        "place": entry.place,
        "place_name": entry.place_name,
        "opened_on": entry.opened_on.isoformat(),
        "lifted_on": entry.lifted_on.isoformat() if entry.lifted_on else None,
        "stale": entry.stale,
        "rebound_of": entry.rebound_of,
        "rules": list(entry.rules),
        "sentence": entry.sentence,
        "actions": list(entry.actions),
        "false_causes": list(entry.false_causes),
        "bases": list(entry.bases),
        "merged_into": entry.merged_into,
        "children": [child.id for child in entry.children],
        "handling": _handling(entry),
        "waiting": [
            {"unit": wait.unit, "role": wait.role, "since": wait.since.isoformat(), "place": wait.place}
            for wait in entry.waiting
        ],
        "duties": [_duty(duty) for duty in entry.duties],
        "why": entry.why,
        "evidence": list(entry.evidence),
    }


def _handling(entry: Entry) -> dict[str, Any] | None:
    """None while nobody was given the warning."""
    state = entry.handling
    if state is None:
        return None
    return {
        "state": state.state,
        "since": state.since.isoformat(),
        "outcome": state.outcome,
        "closed_on": state.closed_on.isoformat() if state.closed_on else None,
    }


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "unit": duty.unit,
        "unit_name": duty.unit_name,
        "role": duty.role,
        "delivered_on": duty.delivered_on.isoformat(),
        "deadline": duty.deadline.isoformat(),
        "provisional": duty.provisional,
        "catch_all": duty.catch_all,
        "signed_on": duty.signed_on.isoformat() if duty.signed_on else None,
        "outcome": duty.outcome,
        "fed_back_on": duty.fed_back_on.isoformat() if duty.fed_back_on else None,
    }
