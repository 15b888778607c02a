"""Hit, clear and unknown: plain rules over the tiny county. The night is 2026-06-30."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from riskengine.assess.nights import Nights
from riskengine.assess.verdicts import judge, store, weigh
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, transaction
from tests.assess.tiny import NIGHT, book, records, rule, signal

COUNT = signal("近7日起数", source="fraud", measure="count", window=7)
LOSS = signal("损失", source="fraud", measure="sum", of="损失金额", window=7)
HOT = {"起数下限": {"unit": "起", "reference": "某文件", "values": {"2024-01-01": 5, "2026-07-01": 9}}}


@pytest.fixture(autouse=True)
def frauds(con: Connection) -> None:
    records(
        con,
        "fraud",
        """
        occurred_on  place   quantity  loss
        06-30        990101  6         1000.00
        06-29        9902    2         -
    """,
    )


def verdicts(
    con: Connection, rulebook: Rulebook, as_of: date = NIGHT
) -> dict[tuple[str, str], tuple[str, float | None, int | None]]:
    """(rule, subject) → (verdict, score, level) of everything that is not clear."""
    judge(con, rulebook, Nights.one(as_of))
    rows = con.execute(
        "SELECT rule, subject, verdict, score, level FROM assess.verdict WHERE as_of = ?", [as_of]
    ).fetchall()
    return {(r, s): (v, score, level) for r, s, v, score, level in rows}


def why(con: Connection, rule_: str, subject: str) -> dict[str, Any]:
    row = con.execute("SELECT why FROM assess.verdict WHERE rule = ? AND subject = ?", [rule_, subject]).fetchone()
    assert row is not None
    found: dict[str, Any] = json.loads(row[0])
    return found


def test_true_hits_false_is_clear_and_null_is_unknown(con: Connection) -> None:
    hot = rule("hot", when="近7日起数 >= 起数下限", parameters=HOT)
    costly = rule("costly", when="损失 > 500")
    assert verdicts(con, book([COUNT, LOSS], [hot, costly])) == {
        ("hot", "9901"): ("hit", 45, 3),
        ("costly", "9901"): ("hit", 45, 3),
        ("costly", "9902"): ("unknown", None, None),
    }
    assert con.execute("SELECT rule, subjects, hits, unknowns FROM assess.evaluated").fetchall() == [
        ("hot", 2, 1, 0),
        ("costly", 2, 1, 1),
    ]


def test_trial_rules_are_judged_and_draft_and_retired_are_not(con: Connection) -> None:
    rules = [rule(status, when="近7日起数 > 0", status=status) for status in ("live", "draft", "retired")]
    rules.append(rule("trial", when="近7日起数 > 0", status="trial", until=date(2026, 12, 31)))
    assert {rule_ for rule_, _ in verdicts(con, book([COUNT], rules))} == {"live", "trial"}


def test_a_parameter_that_is_not_in_force_yet_makes_all_subjects_unknown(con: Connection) -> None:
    hot = rule(
        "hot",
        when="近7日起数 >= 起数下限 or 1 > 0",
        parameters={"起数下限": HOT["起数下限"] | {"values": {"2027-01-01": 5}}},
    )
    assert verdicts(con, book([COUNT], [hot])) == {
        ("hot", "9901"): ("unknown", None, None),
        ("hot", "9902"): ("unknown", None, None),
    }
    assert why(con, "hot", "9901")["unknown"] == ["起数下限"]


def test_the_parameter_in_force_is_the_newest_on_or_before_the_night(con: Connection) -> None:
    hot = rule("hot", when="近7日起数 >= 起数下限", parameters=HOT)
    assert verdicts(con, book([COUNT], [hot]), NIGHT) == {("hot", "9901"): ("hit", 45, 3)}
    assert verdicts(con, book([COUNT], [hot]), date(2026, 7, 1)) == {}


def test_a_division_by_zero_is_unknown_and_not_a_fault(con: Connection) -> None:
    assert verdicts(con, book([COUNT], [rule("ratio", when="1 / (近7日起数 - 6) > 0")])) == {
        ("ratio", "9901"): ("unknown", None, None)
    }
    assert con.execute("SELECT * FROM assess.fault").fetchall() == []


def test_a_rule_that_fails_at_run_time_is_set_aside_alone(con: Connection) -> None:
    good, bad = rule("good", when="近7日起数 > 5"), rule("bad", when="days_since(近7日起数) > 3")
    weigh(con, book([COUNT], [bad, good]), Nights.one(NIGHT))
    with transaction(con):
        store(con)
    assert con.execute("SELECT rule, subject, verdict FROM assess.verdict").fetchall() == [("good", "9901", "hit")]
    assert con.execute("SELECT rule FROM assess.evaluated").fetchall() == [("good",)]
    [(as_of, rule_, message)] = con.execute("SELECT as_of, rule, message FROM assess.fault").fetchall()
    assert (as_of, rule_) == (NIGHT, "bad")
    assert message.startswith("规则 bad（某条规则）今晚没有算成：")
    assert message.endswith("它的对象一律记为“不明”，已有预警保持不变；请修改这条规则后重新运行。")


def test_a_rule_over_a_broken_signal_is_a_fault_and_names_it(con: Connection) -> None:
    broken = signal("坏", source="fraud", measure="max", of="受理日期")
    assert verdicts(con, book([COUNT, broken], [rule("bad", when="坏 > 0"), rule("good", when="近7日起数 > 5")])) == {
        ("good", "9901"): ("hit", 45, 3)
    }
    [(message,)] = con.execute("SELECT message FROM assess.fault").fetchall()
    assert message.startswith("规则 bad（某条规则）今晚没有算成：信号“坏”算不出来（")


def silence(con: Connection, kind: str, place: str, whole: bool = False) -> None:
    con.execute(
        "INSERT INTO sense.silence (as_of, source, kind, place, whole_source, message) VALUES (?, 'some', ?, ?, ?, ?)",
        [NIGHT, kind, place, whole, f"{kind}已12天没有数据"],
    )


def test_silence_at_a_town_makes_it_and_its_villages_unknown_and_is_noted_for_the_county(con: Connection) -> None:
    silence(con, "fraud", "9901")
    village, county = (
        signal("村起数", "village", source="fraud", measure="count"),
        signal("县起数", "county", source="fraud", measure="count"),
    )
    rules = [
        rule("t", when="近7日起数 > 1"),
        rule("v", "village", when="村起数 > 0"),
        rule("c", "county", when="县起数 > 0"),
    ]
    assert verdicts(con, book([COUNT, village, county], rules)) == {
        ("t", "9901"): ("unknown", None, None),
        ("t", "9902"): ("hit", 45, 3),
        ("v", "990101"): ("unknown", None, None),
        ("v", "990102"): ("unknown", None, None),
        ("c", "99"): ("hit", 45, 3),
    }
    assert why(con, "c", "99")["silent"] == ["fraud已12天没有数据"]
    assert why(con, "t", "9902")["silent"] == []


def test_a_silent_source_makes_every_subject_unknown_but_only_of_rules_that_use_its_kind(con: Connection) -> None:
    silence(con, "fraud", "99", whole=True)
    other = signal("警情", source="incident", measure="count")
    found = verdicts(con, book([COUNT, other], [rule("f", when="近7日起数 > 1"), rule("i", when="警情 >= 0")]))
    assert {key: verdict for key, (verdict, _, _) in found.items()} == {
        ("f", "9901"): "unknown",
        ("f", "9902"): "unknown",
        ("i", "9901"): "hit",
        ("i", "9902"): "hit",
    }


def test_silence_of_another_night_says_nothing_about_this_one(con: Connection) -> None:
    silence(con, "fraud", "99", whole=True)
    records(con, "fraud", "occurred_on place\n07-01 9901")
    assert verdicts(con, book([COUNT], [rule("f", when="近7日起数 > 6")]), date(2026, 7, 1)) == {
        ("f", "9901"): ("hit", 45, 3)
    }


def test_a_night_without_rules_or_records_is_a_night(con: Connection) -> None:
    assert verdicts(con, book([], [])) == {}
    assert verdicts(con, book([], [rule("always", when="人口 > 15000")])) == {("always", "9901"): ("hit", 45, 3)}
