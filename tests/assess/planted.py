"""Two rules and their compound in the tiny county, records that make all three hit, and what a night wrote of it."""

from __future__ import annotations

import json
from datetime import date, timedelta

from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from tests.assess.compound_cases import LEVELS, NIGHT, PLACES, VILLAGE, compound

TABLES = (
    "verdict",
    "evaluated",
    "fault",
    "suppressed",
    "warning",
    "state",
    "merged",
    "trial_warning",
    "trial_state",
    "inference",
    "night",
)


def surge(id_: str, signal: str, least: int, says: str, **more) -> Rule:
    given = {
        "title": f"{signal}偏多", "theme": "电信网络诈骗", "subject": "town", "when": f"{signal} >= 下限",
        "parameters": {"下限": {"unit": "起", "reference": "本地经验", "values": {"2024-01-01": least}}},
        "score": [{"feature": "总量", "of": signal, "bands": [[None, 5, 45], [5, None, 65]], "says": says}],
        "keep": 2, "basis": "依据某文件", "action": "核查处置", "false_causes": ["集中补录"],
    }  # fmt: skip
    return Rule(id=id_, **(given | more))


def rulebook(**changes) -> Rulebook:
    signals = [
        Signal(name="诈骗起数", unit="起", subject=["town"], source="fraud", measure="count", window=7),
        Signal(
            name="债务纠纷",
            unit="件",
            subject=["village"],
            source="dispute",
            measure="count",
            window=7,
            where="类别 = '债务'",
        ),
    ]
    rules = [
        surge("fraud-surge", "诈骗起数", 3, "近7日诈骗{诈骗起数}起"),
        surge("debt", "债务纠纷", 1, "近7日债务纠纷{债务纠纷}件", subject="village", theme="矛盾纠纷"),
        compound("fraud-and-debt", all="fraud-surge debt", within=7, keep=2),
    ]
    book = {
        "sources": {}, "signals": {s.name: s for s in signals}, "rules": {r.id: r for r in rules}, "levels": LEVELS,
        "units": {},
        "places": PLACES, "routes": (), "hash": "h" * 64, "rule_hashes": {r.id: "0123456789abcdef" for r in rules},
    }  # fmt: skip
    return Rulebook(**(book | changes))


def record(con, kind: str, key: str, place: str, on: date, **columns) -> None:
    row = {
        "source": "s",
        "known_at": on,
        "retracted": False,
        "file_id": 1,
        "row_no": 1,
        "key": key,
        "occurred_on": on,
        "place": place,
    }
    row |= {"quantity": 1} | columns
    con.execute(f"INSERT INTO sense.{kind} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def planted(con) -> None:
    for n in range(4):
        record(con, "fraud", f"F{n}", VILLAGE, NIGHT - timedelta(n), category="刷单返利", loss=1200.5 * n)
    record(con, "dispute", "D1", VILLAGE, NIGHT, category="债务", people=3)
    record(con, "dispute", "D2", VILLAGE, NIGHT, category="邻里")


def dump(con) -> dict[str, list]:
    """Everything that the phase wrote, but how long it took."""
    columns = {"night": "as_of, rules_hash"}
    return {t: con.execute(f"SELECT {columns.get(t, '*')} FROM assess.{t} ORDER BY ALL").fetchall() for t in TABLES}


def states(con, as_of=NIGHT):
    rows = con.execute(
        "SELECT w.theme, s.change, s.level, s.score, s.why, s.evidence FROM assess.state s"
        " JOIN assess.warning w USING (id) WHERE s.as_of = ? ORDER BY id", [as_of]).fetchall()  # fmt: skip
    return {
        theme: (change, level, score, json.loads(why), json.loads(evidence))
        for theme, change, level, score, why, evidence in rows
    }
