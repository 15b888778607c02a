"""An outcome belongs to every rule that had a part in the warning, by the share of its points."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.model.share import wilson
from riskengine.review.credit import lay_out_credit, records_by
from riskengine.review.precision import rule_precision

FIRST = date(2026, 6, 1)


def day(n):
    return FIRST + timedelta(days=n)


def shares(ledger):
    lay_out_credit(ledger.con, day(9))
    rows = ledger.con.execute("SELECT id, rule, share FROM credit ORDER BY ALL").fetchall()
    return {(id_[-1], rule): share for id_, rule, share in rows}


def test_the_share_is_that_of_the_points_on_the_nights_up_to_the_answer(ledger):
    ledger.warn("YJ-1", FIRST, "222", rules=("surge", "loss"), points=(60, 20))
    ledger.reply("YJ-1", "fanzha", day(2), "属实")
    assert shares(ledger) == pytest.approx({("1", "surge"): 0.75, ("1", "loss"): 0.25})


def test_a_rule_that_joins_after_the_answer_has_no_part_in_it(ledger):
    ledger.warn("YJ-1", FIRST, "22", rules=("surge",), points=(60,))
    ledger.reply("YJ-1", "fanzha", day(1), "误报")
    ledger.con.execute(
        """INSERT INTO assess.state VALUES (?, 'YJ-1', '升级', 1, 90, ['surge', 'late'], FALSE, '{"rules": []}', '[]')""",
        [day(2)],
    )
    assert shares(ledger) == {("1", "surge"): 1.0}
    assert [rule.rule for rule in rule_precision(ledger.con, day(2))] == ["surge"]


def test_where_nobody_gave_points_the_parts_are_equal(ledger):
    ledger.warn("YJ-1", FIRST, "22", rules=("surge", "loss"))
    assert shares(ledger) == {("1", "surge"): 0.5, ("1", "loss"): 0.5}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(0, 100, allow_subnormal=False)), min_size=1, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_the_shares_of_a_warning_add_up_to_one(ledger, warnings):
    for table in ("assess.warning", "assess.state", "intervene.duty"):
        ledger.con.execute(f"DELETE FROM {table}")
    for n, points in enumerate(warnings):
        known = tuple(0.0 if each is None else each for each in points)
        ledger.warn(f"YJ-{n}", FIRST, "2", rules=tuple(f"r{at}" for at in range(len(points))), points=known)
    lay_out_credit(ledger.con, FIRST)
    sums = ledger.con.execute("SELECT sum(share), min(share) FROM credit GROUP BY id").fetchall()
    assert len(sums) == len(warnings)
    assert all(total == pytest.approx(1) and least >= 0 for total, least in sums)


def test_the_weighted_precision_counts_each_warning_by_the_share_and_the_plain_one_counts_it_whole(ledger):
    """Four true warnings of which the rule is a tenth, four false ones that are all its own."""
    for n in range(4):
        ledger.warn(f"YJ-{n}", FIRST, "22", subject=f"T{n}", rules=("surge", "loss"), points=(10, 90))
        ledger.reply(f"YJ-{n}", "fanzha", day(1), "属实")
        ledger.warn(f"YJ-{n + 4}", FIRST, "22", subject=f"F{n}", rules=("surge",), points=(50,))
        ledger.reply(f"YJ-{n + 4}", "fanzha", day(1), "误报")
    surge = next(rule for rule in rule_precision(ledger.con, day(1)) if rule.rule == "surge")
    assert surge.precision == 0.5 and surge.per_confirmed == 2
    assert surge.weight == pytest.approx(4.4) and surge.weighted == pytest.approx(0.4 / 4.4)
    number = 4.4**2 / (4 * 0.01 + 4 * 1)
    assert (surge.weighted_low, surge.weighted_high) == pytest.approx(wilson(0.4 / 4.4 * number, number))


def test_unclear_and_unanswered_ones_are_shown_and_stay_out_of_the_share(ledger):
    for n, outcome in enumerate(["属实", "已化解", "误报", "误报", "属实", "无法核实", None]):
        ledger.warn(f"YJ-{n}", FIRST, "12"[n % 2] * 2, subject=f"S{n}", theme="信访" if n < 2 else "欠薪")
        if outcome:
            ledger.reply(f"YJ-{n}", "fanzha", day(1), outcome)
    (rule,) = rule_precision(ledger.con, day(1))
    assert (rule.warnings, rule.judged, rule.unclear, rule.open, rule.precision) == (7, 5, 1, 1, 0.6)
    petitions, wages = records_by(ledger.con, "theme", 2)
    assert (petitions.name, petitions.precision, petitions.judged) == ("信访", 1.0, 2)
    assert (wages.name, wages.warnings, wages.judged, wages.unclear, wages.open) == ("欠薪", 5, 3, 1, 1)
    assert wages.precision == pytest.approx(1 / 3) and (wages.low, wages.high) == pytest.approx(wilson(1, 3))
    assert [(each.name, each.warnings) for each in records_by(ledger.con, "level")] == [("1", 4), ("2", 3)]


def test_the_word_that_the_handling_took_counts_and_contradictory_ones_do_not(ledger):
    handled = "INSERT INTO intervene.handling (as_of, id, state, outcome) VALUES (?, ?, '反馈', ?)"
    for n, taken in enumerate((None, "属实")):
        ledger.warn(f"YJ-{n}", FIRST, "22", subject=f"S{n}")
        for outcome in ("属实", "误报"):
            ledger.reply(f"YJ-{n}", "fanzha", day(1), outcome, fed_back_on=day(1))
        ledger.con.execute(handled, [day(1), f"YJ-{n}", taken])
    lay_out_credit(ledger.con, day(1))
    rows = ledger.con.execute("SELECT id, outcome FROM credit ORDER BY id").fetchall()
    assert rows == [("YJ-0", None), ("YJ-1", "属实")]


def test_a_warning_counts_by_its_gravest_level_and_while_it_was_open_in_the_window(ledger):
    ledger.warn("YJ-1", FIRST, "312x")
    for since, levels in ((day(2), ["1"]), (day(3), [])):  # lifted on day 3: open through day 2
        lay_out_credit(ledger.con, day(9), since)
        assert [each.name for each in records_by(ledger.con, "level")] == levels


def test_points_below_nothing_take_nothing_from_the_others(ledger):
    ledger.warn("YJ-1", FIRST, "2", rules=("surge", "loss"), points=(60, -20))
    assert shares(ledger) == {("1", "surge"): 1.0, ("1", "loss"): 0.0}


def test_the_word_of_the_unit_that_leads_now_comes_before_that_of_the_others(ledger):
    """The one that came along leads since a route changed; what the other says later does not count."""
    ledger.warn("YJ-1", FIRST, "2", units=(("fanzha", "协办"), ("town-01", "协办")))
    ledger.con.execute(
        "INSERT INTO intervene.duty SELECT * REPLACE (? AS as_of, if(unit = 'fanzha', '主办', role) AS role) FROM intervene.duty",
        [day(1)],
    )
    ledger.reply("YJ-1", "fanzha", day(2), "属实")
    ledger.reply("YJ-1", "town-01", day(3), "误报")
    lay_out_credit(ledger.con, day(9))
    assert ledger.con.execute("SELECT DISTINCT outcome FROM credit").fetchall() == [("属实",)]


def test_lines_that_are_no_warnings_are_credited_to_nobody(ledger):
    ledger.reply("YL-2026-06", "fanzha", day(1), "属实")
    ledger.con.execute(
        "INSERT INTO intervene.duty (as_of, id, unit, role, delivered_on) VALUES (?, 'YL-2026-06', 'fanzha', '主办', ?)",
        [FIRST, FIRST],
    )
    assert rule_precision(ledger.con, day(1)) == []
