"""A tiny county and verdict histories as text, for the tests of what happens after the plain rules."""

from __future__ import annotations

import json
from datetime import date, timedelta

from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.assess.worker import conclude
from riskengine.model.duty import Level, Place, Unit
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

NIGHT = date(2026, 6, 30)

LEVELS = tuple(
    Level(name=name, rank=rank, code="I" * rank, colour="#C00000", score=score, handle_within=within)
    for name, rank, score, within in (("红", 1, 80, 1), ("橙", 2, 60, 3), ("黄", 3, 40, 7), ("蓝", 4, None, 15))
)
PLACES = (
    Place(code="990100", name="云川县", level="county", parent=None),
    Place(code="990100101", name="清溪镇", level="town", parent="990100"),
    Place(code="990100102", name="白石镇", level="town", parent="990100"),
    Place(code="990100101001", name="石桥村", level="village", parent="990100101"),
    Place(code="990100101002", name="柳湾村", level="village", parent="990100101"),
)
TOWN, OTHER, VILLAGE, VILLAGE2 = "990100101", "990100102", "990100101001", "990100101002"

_WORDS = {"basis": "依据某通知", "action": "请核查处置", "false_causes": ("集中补录",)}


def plain(id_: str, subject: str = "town", **more) -> Rule:
    """A rule that plain conditions decide; its verdicts are written by the test."""
    score = ({"feature": "得分", "of": "1", "bands": ((None, None, 50),), "says": "够分了"},)
    return Rule(
        id=id_, title=f"规则{id_}", theme="公共安全", subject=subject, when="true", score=score, **more, **_WORDS
    )


def compound(id_: str, subject: str = "town", *, all="", any="", none="", at_least=None, within=1, **more) -> Rule:
    """A compound rule; members as words; ``at_least`` as (count, words)."""
    parts = {"all": tuple(all.split()), "any": tuple(any.split()), "none": tuple(none.split()), "within": within}
    if at_least:
        parts["at_least"] = {"count": at_least[0], "of": tuple(at_least[1].split())}
    return Rule(id=id_, title=f"复合{id_}", theme="综合研判", subject=subject, compound=parts, **more, **_WORDS)


def book(*rules: Rule) -> Rulebook:
    """A rule book of nothing but ``rules``, in the tiny county."""
    units = {"town-01": Unit(id="town-01", name="清溪镇人民政府", type="township")}
    hashes = {rule.id: rule.id[0] * 64 for rule in rules}
    return Rulebook({}, {}, {rule.id: rule for rule in rules}, LEVELS, units, PLACES, (), "f" * 64, hashes)


def known(con: Connection, rules: str, nights: int = 1, as_of: date = NIGHT) -> None:
    """The plain ``rules`` were evaluated without a fault on the last ``nights`` nights."""
    for rule in rules.split():
        for back in range(nights):
            con.execute("INSERT INTO assess.evaluated VALUES (?, ?, 1, 0, 0)", [as_of - timedelta(back), rule])


def verdict(
    con: Connection, rule: str, type_: str, subject: str, place: str, verdict="hit", score=50, level=3, back=0
) -> None:
    """One row of assess.verdict, ``back`` nights ago."""
    why = '{"features":[{"feature":"得分","points":50,"says":"够分了"}],'
    why += '"floors":[],"values":{"甲":1},"parameters":{},"unknown":[]}'
    row = [
        NIGHT - timedelta(back),
        rule,
        type_,
        subject,
        place,
        verdict,
        *((score, level) if verdict == "hit" else (None, None)),
        why,
    ]
    con.execute("INSERT INTO assess.verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def drawn(con, rulebook, conclude=conclude):
    """Tonight's compound verdicts as ``(rule, subject, verdict, score, level)``."""
    build_subjects(con, rulebook, Nights.one(NIGHT))
    judge_compounds(con, rulebook, Nights.one(NIGHT), conclude)
    return con.execute(
        "SELECT rule, subject, verdict, score, level FROM assess.verdict"
        " WHERE as_of = ? AND rule LIKE 'c%' ORDER BY ALL",
        [NIGHT],
    ).fetchall()


def why(con, rule):
    return json.loads(
        con.execute("SELECT why FROM assess.verdict WHERE as_of = ? AND rule = ?", [NIGHT, rule]).fetchone()[0]
    )
