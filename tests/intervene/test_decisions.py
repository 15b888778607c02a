"""What exceptions and trials did tonight: on the page of the leaders, and on no unit's list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from riskengine.intervene.decisions import decisions
from riskengine.model.exemption import Exemption

NIGHT = date(2026, 6, 30)
UNTIL = NIGHT + timedelta(days=18)


def exemption(until: date = UNTIL) -> Exemption:
    return Exemption(rule="fraud-surge", subject="990100101001", until=until, who="县反诈中心研判岗", why="集中补立")


def suppress(stage, type_: str = "village", subject: str = "990100101001", level: int = 2) -> None:
    row = [NIGHT, "fraud-surge", type_, subject, level, UNTIL, "县反诈中心研判岗", "集中补立"]
    stage.con.execute("INSERT INTO assess.suppressed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def on_trial(stage, until: date) -> None:
    rules = dict(stage.rulebook.rules)
    rules["hazard-late"] = rules["hazard-late"].model_copy(update={"status": "trial", "until": until})
    stage.rulebook = replace(stage.rulebook, rules=rules)


def try_out(stage, change: str = "新增", number: int = 1, as_of: date = NIGHT, subject: str = "990100101") -> str:
    id_ = f"SY-2026-{number:06}"
    stage.con.execute(
        "INSERT INTO assess.trial_warning VALUES (?, 'hazard-late', 'town', ?, '清溪镇', ?, '公共安全', ?, NULL) "
        "ON CONFLICT DO NOTHING",
        [id_, subject, subject, as_of],
    )
    stage.con.execute("INSERT INTO assess.trial_state VALUES (?, ?, ?, 3, 40, FALSE)", [as_of, id_, change])
    return id_


def page(stage, name: str = "清单.html") -> str:
    return (stage.run(NIGHT) / name).read_text("utf-8")


def test_a_suppressed_hit_is_shown_with_who_why_until_when_and_the_days_left(stage):
    stage.rulebook = replace(stage.rulebook, exemptions=(exemption(),))
    suppress(stage)
    (held,) = decisions(stage.con, stage.rulebook, NIGHT).held
    assert (held.rule, held.subject, held.level.name) == ("电信网络诈骗预警", "清溪镇东湾村（990100101001）", "橙")
    assert (held.who, held.why, held.until, held.left) == ("县反诈中心研判岗", "集中补立", UNTIL, 18)
    text = page(stage)
    assert "有效的例外 1 条，今夜压住 1 次命中：命中照常记录，不作预警。" in text
    assert all(each in text for each in ("清溪镇东湾村（990100101001）", "县反诈中心研判岗", "2026-07-18", "剩18天"))


def test_subjects_that_are_no_places_are_named_by_what_they_are(stage):
    suppress(stage, "unit", "fanzha", 3)
    suppress(stage, "hazard", "YH-7", 3)
    named = [each.subject for each in decisions(stage.con, stage.rulebook, NIGHT).held]
    assert named == ["安全隐患（YH-7）", "反诈中心（fanzha）"]


def test_an_expired_exception_is_named_for_what_it_is(stage):
    stage.rulebook = replace(stage.rulebook, exemptions=(exemption(NIGHT - timedelta(days=1)),))
    assert "1 条例外已过期，不再起作用" in page(stage)


def test_without_exceptions_and_trials_the_front_page_says_nothing_of_them(stage):
    text = page(stage, "index.html")
    assert "例外" not in text and "试运行" not in text


def test_a_trial_is_one_line_on_the_page(stage):
    on_trial(stage, NIGHT)
    try_out(stage)
    try_out(stage, "持续", 2, subject="990100102")
    assert "试运行规则 1 条，今夜本会新增 1 件（不派发）。" in page(stage)


def test_a_trial_that_is_over_says_what_to_do(stage):
    on_trial(stage, NIGHT - timedelta(days=1))
    text = page(stage)
    assert "“公共安全预警”试运行已于 2026-06-29 到期，不再运行" in text
    assert "试运行规则 0 条" not in text


def test_a_trial_reaches_nobody_but_the_units_it_would_have_reached_are_kept(stage):
    on_trial(stage, UNTIL)
    id_ = try_out(stage)
    folder = stage.run(NIGHT)
    assert stage.duties(NIGHT) == {}
    assert [path.name for path in folder.rglob("*.xlsx")] == ["全县清单.xlsx"]
    assert (folder / "warnings.jsonl").read_text("utf-8") == ""
    rows = stage.con.execute("SELECT id, unit, role, catch_all FROM intervene.trial_duty ORDER BY role").fetchall()
    assert rows == [(id_, "town-02", "主办", False), (id_, "town-01", "协办", False)]


def test_units_are_kept_for_the_night_on_which_the_trial_would_have_opened_and_only_once(stage):
    on_trial(stage, UNTIL)
    try_out(stage, "新增", as_of=NIGHT - timedelta(days=1))
    stage.run(NIGHT - timedelta(days=1))
    try_out(stage, "持续")
    stage.run(NIGHT)
    nights = stage.con.execute("SELECT DISTINCT as_of FROM intervene.trial_duty").fetchall()
    assert nights == [(NIGHT - timedelta(days=1),)]
