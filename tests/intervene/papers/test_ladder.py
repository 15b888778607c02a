"""The ladder over nights: held to a few lines of Python that walk strings of levels, then what it must not press, and the numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskengine.intervene.ladder import climb
from riskengine.intervene.papers.issue import recipient
from riskengine.intervene.papers.tonight import issued, papers
from riskengine.intervene.routing import current_places
from riskengine.model.ladder import Climb, Ladder, Rung
from tests.intervene.papers.oracle import FIRST, LADDERS, RANKS, made_up, oracle


def stand(con, id_, levels, opened=FIRST, **more):
    """A warning whose nights are ``levels``; a stale night keeps the level before it."""
    told = {"place": "990100101", "theme": "电信网络诈骗", "subject_type": "town"} | more
    con.execute(
        "INSERT INTO assess.warning VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        [id_, told["subject_type"], told["place"], "清溪镇", told["place"], told["theme"], opened],
    )
    rows, level = [], 2
    for n, sign in enumerate(levels):
        if sign == " ":
            continue
        level = int(sign) if sign.isdigit() else level
        rows.append((opened + timedelta(n), id_, level, sign == "."))
    nights, ids, ranks, stale = (list(each) for each in zip(*rows, strict=True))
    con.execute(
        """INSERT INTO assess.state SELECT unnest($1::DATE[]), unnest($2::VARCHAR[]), '持续', unnest($3::TINYINT[]), 60,
        ['fraud-surge'], unnest($4::BOOLEAN[]), '{"sentence": "近7日诈骗12起"}', '[]'""",
        [nights, ids, ranks, stale],
    )


def owe(con, id_, night, *, delivered, deadline, unit="fanzha", role="主办"):
    con.execute(
        "INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all) VALUES (?, ?, ?, ?, 2, ?, ?, FALSE)",
        [night, id_, unit, role, delivered, deadline],
    )


def reached(con):
    return con.execute("SELECT ladder, id, as_of, rung FROM intervene.rung ORDER BY ALL").fetchall()


@pytest.fixture
def county(stage):
    """``county(*ladders)``: the database and the rule book of tests/intervene with these ladders."""

    def make(*climbs, **more):
        return stage.con, replace(stage.rulebook, ladder=Ladder(office="zongzhi", ladders=climbs, **more))

    return make


def test_every_rung_is_reached_on_the_night_that_a_few_lines_of_python_name(county):
    con, rulebook = county(*LADDERS.values())
    histories = {f"YJ-2026-{n:06}": levels for n, levels in enumerate(made_up(50, 39), start=1)}
    for id_, levels in histories.items():
        stand(con, id_, levels)
    for n in range(39):
        climb(con, rulebook, FIRST + timedelta(n))
    wanted = [
        (each.id, id_, night, rung)
        for each in LADDERS.values()
        for id_, levels in histories.items()
        for night, rung in oracle(each.counts, RANKS[each.level], [rung.after for rung in each.rungs], levels)
    ]
    assert reached(con) == sorted(wanted)
    assert len(wanted) > 150 and {each[0] for each in wanted} == set(LADDERS)


def test_it_is_said_since_when_it_stands_at_the_level_not_since_when_the_period_began(county):
    con, rulebook = county(LADDERS["weeks"])
    stand(con, "YJ-2026-000001", "2421111" + "1" * 7)  # from a Wednesday; the week ends after five nights
    for n in range(13):
        climb(con, rulebook, FIRST + timedelta(n))
    assert con.execute("SELECT says FROM intervene.rung ORDER BY rung").fetchall() == [
        ("逐周研判已连续1次为橙级及以上（2026年3月27日起）",),
        ("逐周研判已连续2次为橙级及以上（2026年3月27日起）",),
    ]


def test_numbers_run_without_a_gap_and_a_night_made_again_has_the_same(county):
    con, rulebook = county(LADDERS["nights"], LADDERS["red"])
    for n, levels in enumerate(made_up(6, 18), start=1):
        stand(con, f"YJ-2026-{n:06}", levels, opened=date(2026, 12, 26))
    for n in range(18):
        night = date(2026, 12, 26) + timedelta(n)
        climb(con, rulebook, night)
        once = con.execute("SELECT * FROM intervene.paper WHERE as_of = ? ORDER BY ALL", [night]).fetchall()
        if n % 5 == 0:
            for table in ("paper", "rung"):
                con.execute(f"DELETE FROM intervene.{table} WHERE as_of = ?", [night])
            climb(con, rulebook, night)
            assert con.execute("SELECT * FROM intervene.paper WHERE as_of = ? ORDER BY ALL", [night]).fetchall() == once
    numbers = con.execute("SELECT as_of, number FROM intervene.paper ORDER BY as_of, len(number), number").fetchall()
    for year in (2026, 2027):
        mine = [number for night, number in numbers if night.year == year]
        assert mine == [f"综治督办〔{year}〕{n}号" for n in range(1, len(mine) + 1)] and mine


def test_a_paper_is_never_lighter_than_the_one_before_nor_are_there_two_of_a_night(county):
    hint = Climb(id="hint", title="提示", counts="nights", level="橙", rungs=(Rung(after=2, paper="风险提示函"),))
    rungs = (Rung(after=1, paper="督办函"), Rung(after=3, paper="督办函", copies=("township", "nobody-any-more")))
    press = Climb(id="press", title="督办", counts="nights", level="橙", rungs=rungs)
    talk = Climb(
        id="talk", title="约谈", counts="nights", level="橙", rungs=(Rung(after=3, paper="约谈通知", answer_within=2),)
    )
    con, rulebook = county(hint, press, talk)
    stand(con, "YJ-2026-000001", "2222")
    for n in range(4):
        owe(con, "YJ-2026-000001", FIRST + timedelta(n), delivered=FIRST, deadline=FIRST + timedelta(9))
        climb(con, rulebook, FIRST + timedelta(n))
    assert con.execute("SELECT ladder, as_of, number FROM intervene.rung ORDER BY as_of, ladder").fetchall() == [
        ("press", FIRST, "综治督办〔2026〕1号"),
        ("hint", FIRST + timedelta(1), None),
        ("press", FIRST + timedelta(2), "综治约谈〔2026〕1号"),
        ("talk", FIRST + timedelta(2), "综治约谈〔2026〕1号"),
    ]
    assert con.execute(
        "SELECT unit, role, answer_by, why FROM intervene.paper WHERE kind = '约谈通知' ORDER BY role"
    ).fetchall() == [
        ("fanzha", "主送", date(2026, 3, 29), "橙级及以上已连续3夜（2026年3月25日起）"),
        ("town-01", "抄送", date(2026, 3, 29), "橙级及以上已连续3夜（2026年3月25日起）"),
    ]


def test_overdue_is_pressed_from_the_day_after_until_the_lead_has_fed_back(county):
    late = Climb(
        id="late",
        title="逾期",
        counts="overdue",
        rungs=(Rung(after=1, paper="督办函"), Rung(after=4, paper="约谈通知", to="above")),
    )
    con, rulebook = county(late, leaders="fanzha")
    held = ("YJ-2026-000002", "YJ-2026-000003", "YJ-2026-000004", "YJ-2026-000005")
    nights = [FIRST + timedelta(n) for n in range(8)]
    for id_ in ("YJ-2026-000001", *held):
        stand(con, id_, "4" * 8)
        for night in nights:
            owe(con, id_, night, delivered=FIRST, deadline=FIRST + timedelta(2), unit="town-01")
    told = "INSERT INTO intervene.reply (as_of, id, unit, outcome, file_id, row_no) VALUES (?, ?, ?, '属实', 1, 1)"
    con.execute(told, [FIRST, held[0], "town-01"])
    con.execute(told, [FIRST, "YJ-2026-000001", "zongzhi"])  # not the lead
    con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, closed_on) VALUES (?, ?, '销号', ?)", [FIRST, held[1], FIRST]
    )
    for night in nights:
        con.execute("INSERT INTO intervene.waiting VALUES (?, ?, 'town-01', '主办', ?, 1)", [night, held[2], FIRST])
    con.execute(
        "INSERT INTO intervene.objection (as_of, id, unit, role, on_day, decided) VALUES (?, ?, 'town-01', '主办', ?, '待定')",
        [FIRST, held[3], FIRST],
    )
    con.execute("INSERT INTO intervene.objection (as_of, id, unit, role, on_day, decided) "
                "VALUES (?, ?, 'town-01', '主办', ?, '不同意')", [nights[5], held[3], FIRST])  # fmt: skip
    for night in nights:
        climb(con, rulebook, night)
    assert [each[1:] for each in reached(con)] == [
        ("YJ-2026-000001", nights[3], 1), ("YJ-2026-000001", nights[6], 2), (held[3], nights[5], 1), (held[3], nights[6], 2),
    ]  # fmt: skip
    assert con.execute("SELECT DISTINCT unit FROM intervene.rung WHERE rung = 2").fetchall() == [("fanzha",)]


def test_a_ladder_leaves_what_is_graver_than_its_own_to_others(county):
    rungs = (Rung(after=2, paper="督办函"),)
    con, rulebook = county(Climb(id="yellow", title="黄色", counts="nights", level="黄", gravest="黄", rungs=rungs))
    for n, levels in enumerate(("33", "22", "44"), start=1):
        stand(con, f"YJ-2026-{n:06}", levels)
    for n in range(2):
        climb(con, rulebook, FIRST + timedelta(n))
    assert [id_ for _, id_, *_ in reached(con)] == ["YJ-2026-000001"]


@pytest.mark.parametrize(("lead", "copies"), [("zongzhi", ["xinfang"]), ("xinfang", [])])
def test_the_office_neither_presses_nor_summons_itself_or_its_leaders(county, lead, copies):
    rungs = (Rung(after=1, paper="督办函"), Rung(after=2, paper="约谈通知"))
    late = Climb(id="late", title="逾期", counts="overdue", rungs=rungs)
    con, rulebook = county(late, leaders="xinfang")
    stand(con, "YJ-2026-000001", "22")
    for n in range(2):
        owe(con, "YJ-2026-000001", FIRST + timedelta(n), delivered=FIRST, deadline=FIRST - timedelta(1), unit=lead)
        climb(con, rulebook, FIRST + timedelta(n))
    assert (
        con.execute(
            "SELECT kind, list(unit ORDER BY role) FROM intervene.paper GROUP BY as_of, kind ORDER BY as_of"
        ).fetchall()
        == [("风险提示函", [lead, *copies])] * 2
    )


def test_a_step_that_is_not_reached_is_pressed_from_delivery(county):
    unsigned = Climb(
        id="unsigned", title="未签收", counts="unanswered", step="签收", rungs=(Rung(after=2, paper="督办函"),)
    )
    con, rulebook = county(unsigned)
    nights = [FIRST + timedelta(n) for n in range(4)]
    for id_ in ("YJ-2026-000001", "YJ-2026-000002"):
        stand(con, id_, "3333")
        for night in nights:
            owe(con, id_, night, delivered=FIRST, deadline=FIRST + timedelta(9))
    con.execute(
        "INSERT INTO intervene.step (as_of, id, nth, step, role) VALUES (?, 'YJ-2026-000002', 1, '签收', '主办')",
        [nights[1]],
    )
    for night in nights:
        climb(con, rulebook, night)
    assert reached(con) == [("unsigned", "YJ-2026-000001", nights[2], 1)]


def test_what_is_merged_into_another_warning_does_not_count_for_itself(county):
    con, rulebook = county(LADDERS["red"])
    stand(con, "YJ-2026-000001", "1")
    stand(con, "YJ-2026-000002", "1")
    con.execute("INSERT INTO assess.merged VALUES (?, 'YJ-2026-000002', 'YJ-2026-000001')", [FIRST])
    climb(con, rulebook, FIRST)
    assert reached(con) == [("red", "YJ-2026-000001", FIRST, 1)]


def test_a_closing_is_confirmed_once_to_the_lead_with_copies_for_those_along(county):
    con, rulebook = county(receipt_levels=("红",))
    for id_, levels in (("YJ-2026-000001", "13"), ("YJ-2026-000002", "33")):  # what was red once, is confirmed
        stand(con, id_, levels, opened=FIRST - timedelta(1))
        owe(con, id_, FIRST, delivered=FIRST, deadline=FIRST)
        owe(con, id_, FIRST, delivered=FIRST, deadline=FIRST, unit="town-01", role="协办")
        con.execute(
            "INSERT INTO intervene.handling (as_of, id, state, outcome, closed_on, closed_by) VALUES (?, ?, '销号', '属实', ?, 'fanzha')",
            [FIRST, id_, FIRST],
        )
    climb(con, rulebook, FIRST)
    con.execute("INSERT INTO intervene.handling SELECT * REPLACE (as_of + 1 AS as_of) FROM intervene.handling")
    climb(con, rulebook, FIRST + timedelta(1))
    assert con.execute("SELECT number, id, unit, role FROM intervene.paper ORDER BY role").fetchall() == [
        ("综治回执〔2026〕1号", "YJ-2026-000001", "fanzha", "主送"),
        ("综治回执〔2026〕1号", "YJ-2026-000001", "town-01", "抄送"),
    ]


def test_the_papers_of_a_night_lie_in_their_units_folders_the_same_every_time(county):
    con, rulebook = county(LADDERS["red"])
    stand(con, "YJ-2026-000001", "1")
    owe(con, "YJ-2026-000001", FIRST, delivered=FIRST, deadline=FIRST)
    climb(con, rulebook, FIRST)
    names = {"fanzha": "反诈中心"}
    [once] = papers(con, rulebook, FIRST, issued(con, FIRST), names)
    [again] = papers(con, rulebook, FIRST, issued(con, FIRST), names)
    assert once == again and once.path == "反诈中心/文书/综治督办〔2026〕1号督办函.docx"
    [(path, template, length)] = con.execute("SELECT path, template, len(sha256) FROM intervene.paper").fetchall()
    assert (path, template, length) == (once.path, None, 64)


def test_without_an_office_there_is_no_paper(county):
    con, rulebook = county(LADDERS["red"])
    stand(con, "YJ-2026-000001", "1")
    climb(con, replace(rulebook, ladder=Ladder()), FIRST)
    assert reached(con) == []


def test_up_the_line_village_town_county_leaders(county):
    _, rulebook = county(leaders="xinfang")
    places = current_places(rulebook.places, FIRST)

    def to(word, lead, place="990100101001"):
        return recipient(word, rulebook.ladder, lead, place, places)

    assert (to("lead", "fanzha"), to("lead", None)) == ("fanzha", "zongzhi")
    assert (to("township", "fanzha"), to("township", "fanzha", "990100"), to("township", "fanzha", None)) == (
        "town-01",
        "zongzhi",
        "zongzhi",
    )
    assert [to("above", lead) for lead in ("town-01", "fanzha", "zongzhi", "xinfang")] == ["xinfang"] * 4
    village = {
        code: each.model_copy(update={"unit": "town-02"} if each.level == "village" else {})
        for code, each in places.items()
    }
    assert recipient("above", rulebook.ladder, "town-02", "990100101001", village) == "town-01"
    assert recipient("above", Ladder(office="zongzhi"), "town-01", "990100101001", places) == "zongzhi"
    assert (to("office", None), to("leaders", None), to("town-02", None)) == ("zongzhi", "xinfang", "town-02")
