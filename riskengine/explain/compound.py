"""A compound taken apart: which members hit, where, within the window."""

from __future__ import annotations

from shlex import quote

from riskengine.explain.chain import Counterfactual, Member, Part, Verdict
from riskengine.explain.relive import Scene, meet, members_of
from riskengine.model.rule import Rule
from riskengine.model.subject import PLACES
from riskengine.store.steps import literal

__all__ = ["if_members", "meeting_of", "members_on"]

_PARTS = {"all": "须全部命中", "any": "须至少一条命中", "at_least": "须达到条数", "none": "须都不命中"}


def members_on(scene: Scene, subject: str, workspace: str) -> tuple[Member, ...]:
    """Each member with what it came to for this subject, on its own or on subjects within its place."""
    compound = scene.rule.compound
    assert compound is not None
    found = []
    for id_, part in members_of(compound).items():
        rule = scene.rulebook.rules.get(id_)
        if rule is None:
            found.append(Member(id_, f"{id_}（不在用）", part, "clear", None, None, None, (), ""))
        else:
            found.append(_member(scene, subject, rule, part, compound.within, workspace))
    return tuple(found)


def _member(scene: Scene, subject: str, rule: Rule, part: str, within: int, workspace: str) -> Member:
    tonight = literal(scene.as_of)
    if rule.subject is scene.rule.subject:
        here = f"v.subject_type = {literal(rule.subject.value)} AND v.subject = {literal(subject)}"
    elif scene.rule.subject in PLACES:
        here = (
            f"v.place IN (SELECT u.place FROM place_up u WHERE u.ancestor = {literal(subject)} "
            f"AND u.level = {literal(scene.rule.subject.value)})"
        )
    else:
        here = "FALSE"
    rows = scene.con.execute(f"""
        SELECT v.verdict, v.as_of, v.level, v.score, v.subject, coalesce(s.name, v.subject) FROM assess.verdict v
        LEFT JOIN subject s ON s.subject_type = v.subject_type AND s.subject = v.subject
        WHERE v.rule = {literal(rule.id)} AND {here} AND v.as_of <= {tonight} AND v.as_of > {tonight} - {within}
          AND (v.verdict = 'hit' OR v.as_of = {tonight})
        ORDER BY v.as_of DESC, v.level, v.score DESC, v.subject""").fetchall()
    hits = [row for row in rows if row[0] == "hit"]
    evaluated = scene.con.execute(
        "SELECT 1 FROM assess.evaluated WHERE rule = ? AND as_of = ?", [rule.id, scene.as_of]
    ).fetchone()
    verdict: Verdict = "hit" if hits else "unknown" if rows or not evaluated else "clear"
    names = {level.rank: level.name for level in scene.rulebook.levels}
    first = next(iter(hits or rows), None)
    key = first[4] if first else subject if rule.subject is scene.rule.subject else None
    on = (first[1] if first else scene.as_of).isoformat()
    deeper = (
        "" if key is None else f"riskengine explain --rule {rule.id} --subject {quote(key)} --as-of {on}{workspace}"
    )
    return Member(
        rule.id, rule.title, part, verdict, hits[0][1].isoformat() if hits else None, names.get(hits[0][2]) if hits else None,
        hits[0][3] if hits else None, tuple(dict.fromkeys(row[5] for row in hits or rows)), deeper,
    )  # fmt: skip


def meeting_of(scene: Scene, members: tuple[Member, ...], verdict: Verdict) -> Part:
    """The compound as a condition over its members. ``verdict``: what the inference concluded."""
    compound = scene.rule.compound
    assert compound is not None
    parts = []
    for part, title in _PARTS.items():
        own = [member for member in members if member.part == part]
        if not own:
            continue
        tests = tuple(_test(member, compound.within) for member in own)
        answers = [test.holds for test in tests]
        if part == "all":
            holds = _all(answers)
        elif part == "any":
            holds = _least(answers, 1)
        elif part == "at_least":
            count = compound.at_least.count if compound.at_least else 1
            title, holds = f"须至少{count}条命中", _least(answers, count)
        else:
            once = _least(answers, 1)
            holds = None if once is None else not once
        parts.append(Part("all" if part == "all" else "any", title, title, holds, None, tests))
    text = f"近{compound.within}夜内" if compound.within > 1 else "当夜"
    said = {"hit": True, "clear": False, "unknown": None}[verdict]
    return Part("all", text, text, said, None, tuple(parts))


def if_members(scene: Scene, subject: str, members: tuple[Member, ...]) -> tuple[Counterfactual, ...]:
    """What the compound would come to had one member hit that did not, or not hit that did; concluded anew for each.
    Only changes of the verdict are told; ``value`` is 1 for a hit, 0 for none. A member that is unknown is left as it
    is.
    """
    con, now = scene.con, scene.found(subject).verdict
    place = con.execute("SELECT any_value(place) FROM subject WHERE subject = ?", [subject]).fetchone()
    con.execute("CREATE OR REPLACE TEMP TABLE as_it_was AS FROM assess.verdict")
    con.execute("CREATE OR REPLACE TEMP TABLE evaluated_as_it_was AS FROM assess.evaluated")
    found = []
    for member in members:
        rule = scene.rulebook.rules.get(member.rule)
        if rule is None or member.verdict == "unknown" or now == "unknown":
            continue
        if member.verdict == "hit":
            con.execute("DELETE FROM assess.verdict WHERE rule = ?", [rule.id])
        else:
            own = subject if rule.subject is scene.rule.subject else "?"
            lowest = max(level.rank for level in scene.rulebook.levels)
            con.execute(
                "INSERT INTO assess.verdict VALUES (?, ?, ?, ?, ?, 'hit', 0, ?, '{}')",
                [scene.as_of, rule.id, rule.subject.value, own, place[0] if place else None, lowest],
            )
        meet(scene)
        then = scene.found(subject)
        if then.verdict != now and then.verdict in ("hit", "clear"):
            hit = member.verdict != "hit"
            says = f"若“{member.title}”{'也命中' if hit else '没有命中'}，则{'预警' if then.verdict == 'hit' else '不预警'}"
            verdict: Verdict = "hit" if then.verdict == "hit" else "clear"
            found.append(Counterfactual(rule.id, "命中", float(not hit), "=", float(hit), verdict, None, says))
        for table, kept in (("verdict", "as_it_was"), ("evaluated", "evaluated_as_it_was")):
            con.execute(f"DELETE FROM assess.{table}")
            con.execute(f"INSERT INTO assess.{table} FROM {kept}")
    return tuple(found)


def _test(member: Member, within: int) -> Part:
    shown = f"{member.title}（{member.rule}）"
    if member.verdict == "hit":
        shown += (
            f"：{'、'.join(member.subjects[:3])}{f'等{len(member.subjects)}处' if len(member.subjects) > 3 else ''}"
        )
        shown += f"，{member.on}，{member.level}"
    return Part("test", member.rule, shown, {"hit": True, "clear": False, "unknown": None}[member.verdict])


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _least(answers: list[bool | None], count: int) -> bool | None:
    """At least ``count`` hold; unknown where the unknown ones decide."""
    if answers.count(True) >= count:
        return True
    return None if answers.count(True) + answers.count(None) >= count else False
