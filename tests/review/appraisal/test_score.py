"""Points: whatever happens, the total is what is left of the deductions that are shown, and the order of the happenings is no matter."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from riskengine.model.appraisal import COUNTED, Appraisal, AppraisalItem, Spared
from riskengine.model.duty import Unit
from riskengine.review.appraisal.noun import Hit, Source
from riskengine.review.appraisal.score import entries_of, standings_of

UNITS = {
    "fanzha": Unit(id="fanzha", name="反诈中心", type="line", sort=1),
    "xinfang": Unit(id="xinfang", name="信访局", type="line", sort=2),
    "town-01": Unit(id="town-01", name="清溪镇人民政府", type="township", sort=3),
}
LEVELS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}
DAY = date(2026, 3, 2)


def item(counts: str, **more: object) -> AppraisalItem:
    return AppraisalItem.model_validate(
        {"id": counts, "name": f"项目{counts}", "counts": counts, "points": 1, "most": 5, **more}
    )


def hit(
    counts: str = "overdue", id_: str = "YJ-2026-000001", *, unit: str = "fanzha", n: int = 0, **more: object
) -> Hit:
    day = DAY + timedelta(n)
    given = {"days": None, "level": 2, "theme": "电信网络诈骗", **more}
    return Hit(counts, unit, day, id_, f"{id_}的事", Source("intervene.duty", day, id_), **given)


def deducted(appraisal: Appraisal, *hits: Hit, warnings: int = 10) -> list[tuple[float, str | None]]:
    found = entries_of(appraisal, UNITS, hits, dict.fromkeys(UNITS, warnings), LEVELS)
    return [(each.deducted, each.note) for each in found]


def test_an_item_costs_no_more_than_its_cap_and_says_where_the_cap_lies():
    appraisal = Appraisal(items=(item("overdue", points=2, most=5),))
    found = deducted(appraisal, *(hit(n=n, id_=f"YJ-2026-00000{n}") for n in range(4)))
    assert found == [(2.0, None), (2.0, None), (1.0, "已到最多扣5分"), (0.0, "已到最多扣5分")]


def test_every_so_many_days_more_cost_the_points_once_more():
    appraisal = Appraisal(items=(item("overdue", every=10, most=50),))
    found = {days: deducted(appraisal, hit(days=days))[0][0] for days in (1, 10, 11, 20, 21, 74)}
    assert found == {1: 1.0, 10: 1.0, 11: 2.0, 20: 2.0, 21: 3.0, 74: 8.0}


def test_an_item_by_share_costs_a_large_unit_less_for_the_same_slip():
    appraisal = Appraisal(items=(item("overdue", by="share", points=0.1, most=20, least=5),))
    assert deducted(appraisal, hit(), warnings=40) == [(0.25, None)]
    assert deducted(appraisal, hit(), warnings=5) == [(2.0, None)]
    assert deducted(appraisal, hit(), warnings=4) == [(0.0, "派给它的预警不足5件，不扣分")]


def test_fewer_than_the_least_cost_nothing_and_are_shown():
    appraisal = Appraisal(items=(item("refused", least=3),))
    assert deducted(appraisal, hit("refused", "a"), hit("refused", "b")) == [(0.0, "不足3次，不扣分")] * 2


def test_one_omission_is_not_paid_twice():
    appraisal = Appraisal(items=(item("overdue"), item("unanswered", points=3)))
    found = deducted(appraisal, hit("overdue"), hit("unanswered", n=15), hit("overdue", "YJ-2026-000002"))
    assert found == [(0.0, "同一件事已按未反馈扣分，不重复扣"), (1.0, None), (3.0, None)]


def test_an_omission_that_is_spared_as_unanswered_is_still_overdue():
    spared = Spared(items=("unanswered",), units=("fanzha",), reason="系统切换", approver="县综治中心")
    appraisal = Appraisal(items=(item("overdue"), item("unanswered", points=3)), spared=(spared,))
    assert deducted(appraisal, hit("overdue"), hit("unanswered", n=15)) == [
        (1.0, None),
        (0.0, "不扣分：系统切换（县综治中心）"),
    ]


def test_what_is_spared_must_meet_every_condition_of_the_file():
    spared = Spared.model_validate(
        {
            "themes": ["信访"],
            "levels": ["蓝"],
            "from": DAY,
            "until": DAY,
            "reason": "法定节假日",
            "approver": "县综治中心",
        }
    )
    appraisal = Appraisal(items=(item("overdue"),), spared=(spared,))
    met = hit(theme="信访", level=4)
    assert [
        deducted(appraisal, each)[0][0]
        for each in (met, hit(theme="信访", level=4, n=1), hit(theme="信访"), hit(level=4))
    ] == [
        0.0,
        1.0,
        1.0,
        1.0,
    ]


def standings(appraisal: Appraisal, *hits: Hit, warnings: int = 10) -> dict[str, tuple[float, int | None, bool]]:
    given = dict.fromkeys(UNITS, warnings)
    entries = entries_of(appraisal, UNITS, hits, given, LEVELS)
    return {each.unit: (each.score, each.rank, each.tied) for each in standings_of(appraisal, UNITS, entries, given)}


def test_units_are_ranked_among_their_like_and_equals_share_the_better_rank():
    appraisal = Appraisal(items=(item("overdue"),))
    assert standings(appraisal) == {"fanzha": (100, 1, True), "xinfang": (100, 1, True), "town-01": (100, 1, False)}
    assert standings(appraisal, hit())["fanzha"] == (99, 2, False)


def test_a_veto_stands_last_whatever_the_points():
    appraisal = Appraisal(items=(item("overdue"), item("veto", points=0, most=0)))
    found = standings(appraisal, hit("veto", unit="xinfang"), hit("overdue"))
    assert found["xinfang"] == (100, 2, False) and found["fanzha"] == (99, 1, False)


def test_a_unit_with_few_warnings_is_not_ranked_but_a_veto_is():
    appraisal = Appraisal(least=5, items=(item("veto", points=0, most=0),))
    found = standings(appraisal, hit("veto"), warnings=4)
    assert found["fanzha"] == (100, 1, False) and found["xinfang"] == (100, None, False)


ITEMS = st.lists(
    st.builds(
        lambda counts, points, most, by, least, applies: item(
            counts, points=points, most=most, by=by, least=least, **{"for": applies}
        ),
        st.sampled_from(COUNTED),
        st.integers(0, 400).map(lambda n: n / 100),
        st.integers(0, 900).map(lambda n: n / 100),
        st.sampled_from(["each", "share"]),
        st.integers(1, 4),
        st.sampled_from([["line"], ["township"], ["line", "township"]]),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)
HITS = st.lists(
    st.builds(
        lambda counts, unit, n, id_, days, times, spared: hit(
            counts, f"YJ-2026-{id_:06d}", unit=unit, n=n, days=days, times=times, spared=spared
        ),
        st.sampled_from(COUNTED),
        st.sampled_from([*UNITS, "gone"]),
        st.integers(0, 300),
        st.integers(1, 6),
        st.one_of(st.none(), st.integers(1, 90)),
        st.sampled_from([1.0, 0.37, 2.005]),
        st.sampled_from([None, None, "退回已接受，不扣分"]),
    ),
    max_size=25,
)


@given(ITEMS, HITS, st.integers(0, 30), st.randoms(use_true_random=False))
def test_the_total_is_a_hundred_less_what_is_shown_and_the_order_does_not_matter(
    items: list[AppraisalItem], hits: list[Hit], warnings: int, shuffled: random.Random
) -> None:
    appraisal = Appraisal(items=tuple(items))
    given = dict.fromkeys(UNITS, warnings)
    entries = entries_of(appraisal, UNITS, hits, given, LEVELS)
    shown: dict[tuple[str, str], float] = defaultdict(float)
    for entry in entries:
        assert entry.deducted >= 0
        assert entry.note is None or entry.deducted < entry.points + 0.01
        assert not entry.hit.spared or entry.deducted == 0
        shown[entry.hit.unit, entry.item] += entry.deducted
    for each in standings_of(appraisal, UNITS, entries, given):
        by = {one.id: round(shown[each.unit, one.id], 2) for one in items if each.type in one.applies}
        assert dict(each.by) == by
        assert each.score == round(100 - sum(by.values()), 2)
        assert all(by[one.id] <= one.most for one in items if one.id in by)
    assert {e.hit for e in entries} == {
        h
        for h in hits
        if h.unit in UNITS and any(i.counts == h.counts and UNITS[h.unit].type in i.applies for i in items)
    }
    again = list(hits)
    shuffled.shuffle(again)
    assert entries_of(appraisal, UNITS, again, given, LEVELS) == entries
