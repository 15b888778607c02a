"""The life of cases' warnings, night by night, their reasons and their units, and what came out of each case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from riskengine.assess.exempt import suppress
from riskengine.assess.life import live_on, store_states
from riskengine.assess.reasons import explain
from riskengine.cases.laid import MARK, Laid
from riskengine.cases.outcome import NightSeen, Outcome, Table
from riskengine.intervene.routing import route
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Seen", "live", "outcomes", "sweep"]

_TABLES = (
    "verdict", "evaluated", "fault", "inference", "suppressed", "merged", "state", "warning", "trial_state", "trial_warning",
    "night",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What is known of a case beside the tables: its key in them, the text of what went in by night, and tables to show."""

    key: str
    values: Sequence[Mapping[str, str]]
    tables: Sequence[Table] = ()


def sweep(con: Connection) -> None:
    """Empty the tables that nights write, and the silences that were laid down."""
    for table in _TABLES:
        con.execute(f"DELETE FROM assess.{table}")
    con.execute("DELETE FROM sense.silence")


def live(
    con: Connection, rulebook: Rulebook, batch: Sequence[Laid], days: Sequence[date], keys: Mapping[int, str]
) -> None:
    """Let warnings live through ``days``, of the batch's rules alone, and route those that are open on the last one.

    Expects the verdicts in ``assess``; ``keys``: number of a case → its subject there. Subjects and places lose their marks
    before they are routed, so that routes see them as they are.
    """
    rules = {laid.rule.id: laid.rule for laid in batch}
    exemptions = []
    for each in rulebook.exemptions:
        for laid in batch:
            written = laid.case.subject is not None or laid.case.place is not None
            if written and laid.rule.id == each.rule and laid.subject == each.subject:
                exemptions.append(each.model_copy(update={"subject": keys[laid.number]}))
    book = replace(rulebook, rules=rules, exemptions=tuple(exemptions))
    con.execute("CREATE OR REPLACE TEMP TABLE proof (id VARCHAR, evidence JSON)")
    for day in days:
        suppress(con, book, day)
        live_on(con, book, day)
        if day in days[-2:]:  # a lifted warning repeats what was said the night before
            explain(con, book, day)
        else:
            con.execute("CREATE OR REPLACE TEMP TABLE reason (id VARCHAR, why JSON)")
        store_states(con, day)
        con.execute("INSERT INTO assess.night VALUES (?, ?, 0)", [day, rulebook.hash])
    con.execute("CREATE OR REPLACE TEMP TABLE lived AS SELECT id, subject_type, subject, theme FROM assess.warning")
    unmarked = f"'{MARK}[0-9]+$', ''"
    con.execute(
        f"UPDATE assess.warning SET subject = regexp_replace(subject, {unmarked}), place = regexp_replace(place, {unmarked})"
    )
    route(con, book, days[-1])


def outcomes(
    con: Connection, rulebook: Rulebook, batch: Sequence[Laid], seen: Mapping[int, Seen], faults: Mapping[str, str]
) -> dict[int, Outcome]:
    """Number of a case → what came out. ``faults``: rule → why it was not evaluated."""
    levels = {level.rank: level.name for level in rulebook.levels}
    verdicts: dict[tuple[str, str, date], tuple[Any, ...]] = {}
    for rule, subject, day, *rest in con.execute(
        "SELECT rule, subject, as_of, verdict, score, level, CAST(why AS VARCHAR) FROM assess.verdict"
    ).fetchall():
        verdicts[rule, subject, day] = tuple(rest)
    states: dict[tuple[str, str, date], tuple[Any, ...]] = {}
    for type_, theme, subject, day, *rest in con.execute(
        "SELECT l.subject_type, l.theme, l.subject, s.as_of, s.change, s.level, s.score, s.why->>'$.sentence', r.unit "
        "FROM assess.state s JOIN lived l USING (id) LEFT JOIN routed r ON r.id = s.id AND r.role = '主办'"
    ).fetchall():
        states[f"{type_}/{theme}", subject, day] = tuple(rest)
    found = {}
    for laid in batch:
        rule, known = laid.rule, seen[laid.number]
        lot = f"{rule.subject.value}/{rule.theme}"
        nights = []
        for day, values in zip(laid.days, known.values, strict=True):
            verdict, score, rank, _ = verdicts.get((rule.id, known.key, day), ("clear", None, None, None))
            change = states.get((lot, known.key, day), ("无",))[0]
            nights.append(NightSeen(day, values, verdict, levels.get(rank), score, change))
        verdict, score, rank, why = verdicts.get((rule.id, known.key, laid.case.as_of), ("clear", None, None, None))
        told = json.loads(why) if why else {}
        state = states.get((lot, known.key, laid.case.as_of))
        outcome = Outcome(
            verdict, levels.get(rank), score, _own_reason(told, verdict), None, "无", told, nights, known.tables,
            faults.get(rule.id),
        )  # fmt: skip
        if state is not None:
            change, rank, score, sentence, unit = state
            lifted = change == "解除"
            outcome = replace(
                outcome, level=None if lifted else levels.get(rank), score=None if lifted else score, reason=sentence,
                unit=None if lifted else unit, warning=change,
            )  # fmt: skip
        found[laid.number] = outcome
    return found


def _own_reason(why: Mapping[str, Any], verdict: str) -> str | None:
    """What a rule says for itself where no warning speaks for it: the features that scored and the floors, or what is unknown."""
    if verdict == "unknown":
        names = "、".join(why.get("unknown", ()))
        return f"数据缺失：{names}。" if names else "数据缺失。"
    if verdict != "hit":
        return None
    says = [each["says"] for each in why.get("features", ()) if each["points"] > 0]
    says += [each["says"] for each in why.get("floors", ())]
    return "，".join(each.rstrip("。；，") for each in says) + "。"
