"""One explanation from beginning to end: find what is asked for, weigh it again, take it apart, read the record, say
it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from riskengine.assess.evidence import prove
from riskengine.errors import RulesInvalid, WrongUse
from riskengine.explain import answer, compound, find, grade, signals
from riskengine.explain.chain import Explanation, Rows, Scale, Verdict
from riskengine.explain.condition import Answers, answered, ask_for, clause_of
from riskengine.explain.counterfactual import KEPT, counterfactuals
from riskengine.explain.doors import counted_once
from riskengine.explain.duty import route_of
from riskengine.explain.life import Story, counted, story_of
from riskengine.explain.relive import Scene, set_scene
from riskengine.explain.steps import steps_of
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.names import kinds_needed
from riskengine.rulebook.sealed import load_sealed
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace

__all__ = ["explain_rule", "explain_warning"]

_EVIDENCE, _STEP_ROWS = 10, 20


@dataclass(frozen=True)
class _Night:
    """The rules a night is explained by: its own, or today's where it was not run. ``says`` which."""

    as_of: date
    ran: bool
    rulebook: Rulebook
    says: str


def explain_warning(workspace: Workspace, id_: str, as_of: date | None = None, *, shown: str = "") -> list[Explanation]:
    """Why that warning stands on the night (its last one where none is given): an explanation for each rule that makes
    it up, the gravest first.

    ``shown``: what commands in the text carry to name the workspace. Raises WrongUse where there is no such warning or
    it had not begun, and what :func:`load_sealed` raises.
    """
    _some(workspace)
    found: list[Explanation] = []
    with laboratory(workspace.database, workspace.scratch) as con:
        asked = find.warning_of(con, id_)
        night = _night(con, workspace, find.night_of_warning(con, asked, as_of))
        first, *others = find.rules_of(con, asked, night.as_of, night.rulebook)
        found.append(_explained(con, night, first, asked.subject, shown))
    for rule in others:
        with laboratory(workspace.database, workspace.scratch) as con:
            found.append(_explained(con, night, rule, asked.subject, shown))
    return sorted(found, key=_weight)


def _weight(told: Explanation) -> tuple[bool, int, float]:
    """Rules that hit before the others, and among them the one first that makes the warning as grave as it is."""
    names = [each.level for each in told.scale]
    rank = names.index(told.level) if told.level in names else len(names)
    return told.verdict != "hit", rank, -(told.score or 0)


def explain_rule(
    workspace: Workspace, rule_id: str, subject: str, as_of: date | None = None, *, shown: str = ""
) -> list[Explanation]:
    """Why the rule warned of the subject on the night (the newest where none is given), or why it did not.

    Raises WrongUse where no rule or subject of that name is known.
    """
    with laboratory(workspace.database, workspace.scratch) as con:
        night = _night(con, workspace, as_of or _newest(con, workspace))
        if rule_id not in night.rulebook.rules and night.ran:
            today = load(workspace).rules.get(rule_id)
            if today is not None:
                return [_nothing(night, today, subject, _not_yet(today, night.as_of))]
        rule = find.rule_of(night.rulebook, rule_id)
        key, why_not = find.subject_of(con, night.rulebook, rule, subject, night.as_of)
        if why_not is not None:
            return [_nothing(night, rule, key, why_not)]
        return [_explained(con, night, rule, key, shown)]


def _some(workspace: Workspace) -> None:
    if not workspace.database.exists():
        raise WrongUse("这个工作区还没有运行过任何一夜，没有预警可解释。请先运行 riskengine run。")


def _newest(con: Connection, workspace: Workspace) -> date:
    _some(workspace)
    return find.newest_night(con)


def _night(con: Connection, workspace: Workspace, day: date) -> _Night:
    row = (
        con.execute("SELECT rules_hash FROM kept.assess.night WHERE as_of = ?", [day]).fetchone()
        if workspace.database.exists()
        else None
    )
    if row is None:
        today = load(workspace)
        return _Night(day, False, today, f"今天的规则（{today.hash[:8]}）；{day} 没有运行过")
    try:
        rulebook = load_sealed(workspace, row[0])
    except RulesInvalid as error:
        raise WrongUse(
            f"{day} 当夜的规则按今天的程序读不进来（{len(error.problems)} 处，如 {error.problems[0]}），无法重算这一夜。"
            "请换一夜查询，或用当时的程序版本。"
        ) from None
    return _Night(day, True, rulebook, f"{day} 当夜的规则（{rulebook.hash[:8]}）")


def _not_yet(rule: Rule, day: date) -> str:
    return f"没有预警：{day} 那一夜的规则里还没有“{rule.title}”（{rule.id}），它是后来加的。要看它当时会怎样，请用 riskengine plan。"


def _nothing(night: _Night, rule: Rule, name: str, why: str) -> Explanation:
    """An answer without a chain: there is nothing to weigh."""
    return Explanation(
        why, night.as_of.isoformat(), rule.id, rule.title, night.rulebook.rule_hashes.get(rule.id, "")[:8], rule.theme, rule.status,
        rule.subject.value, "", name, "", night.says,
    )  # fmt: skip


def _explained(con: Connection, night: _Night, rule: Rule, subject: str, shown: str) -> Explanation:
    scene = set_scene(con, night.rulebook, rule, night.as_of, ran=night.ran)
    kept = con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'kept'").fetchone() is not None
    return _told(scene, night, rule, subject, shown, kept)


def _told(scene: Scene, night: _Night, rule: Rule, subject: str, shown: str, kept: bool) -> Explanation:
    levels = {level.rank: level.name for level in scene.rulebook.levels}
    name, place, place_name = _who(scene, subject)
    found = scene.found(subject)
    verdict: Verdict = "hit" if found.verdict == "hit" else "unknown" if found.verdict == "unknown" else "clear"
    told = Explanation(
        answer="", as_of=night.as_of.isoformat(), rule=rule.id, title=rule.title,
        version=night.rulebook.rule_hashes.get(rule.id, "")[:8], theme=rule.theme, status=rule.status,
        subject_type=rule.subject.value, subject=subject, name=name, place=place_name, rules=night.says, verdict=verdict,
        level=levels.get(found.level) if found.level is not None else None, score=found.score,
        scale=tuple(Scale(level.name, level.colour, level.score) for level in scene.rulebook.levels),
        advice=(("依据", rule.basis), ("建议", rule.action), ("可能误报的原因", "；".join(rule.false_causes))),
    )  # fmt: skip
    if not name:
        return replace(told, name=subject, verdict=None, answer=_no_subject(scene, told))
    told = _met(scene, told, subject, shown) if rule.compound else _weighed(scene, told, subject, place)
    story = story_of(scene, subject, levels, kept)
    told = replace(
        told,
        stored=_stored(story),
        warning=story.trial[0] if story.trial else story.warning if story.part else None,
        persistence=counted(scene, story),
        nights=story.nights,
        turns=story.turns,
        grading=_raised(story, told),
        notes=(*_notes(story, scene, subject), *counted_once(scene, subject)),
        steps=tuple(steps_of(scene, subject, place, _STEP_ROWS)),
    )
    level = found.level if found.level is not None else story.level if story.part else None
    if level is not None:
        warning = told.warning if story.part else None
        told = replace(
            told,
            route=route_of(scene, subject, name, place, story.level or level if story.part else level, warning),
            evidence=_evidence(scene, night, subject, story),
        )
    told = replace(told, differs=answer.differs_of(scene, story, told, levels, night.as_of))
    return replace(told, answer=answer.answer_of(scene, story, told, levels))


def _raised(story: Story, told: Explanation) -> str:
    """How the points lead to the level of the warning; only where this rule decides it does its raise belong here."""
    if story.raised is None or not story.part or not told.grading or told.level != story.raised[0]:
        return told.grading
    by_rules, level = story.raised
    return f"{told.grading}；{'反弹，已是最高等级，不再升级' if level == by_rules else f'反弹，升一级为{level}'}"


def _stored(story: Story) -> Verdict | None:
    if story.stored is None:
        return None
    return "hit" if story.stored.verdict == "hit" else "unknown" if story.stored.verdict == "unknown" else "clear"


def _who(scene: Scene, subject: str) -> tuple[str, str, str]:
    """Name, place and the place's name; empty where the night has no such subject."""
    row = scene.con.execute(
        "SELECT s.name, s.place, p.name FROM subject s LEFT JOIN place_now p ON p.code = s.place "
        "WHERE s.subject_type = ? AND s.subject = ?",
        [scene.rule.subject.value, subject],
    ).fetchone()
    return (row[0], row[1] or "", row[2] or "") if row else ("", "", "")


def _no_subject(scene: Scene, told: Explanation) -> str:
    gone = find.gone(scene.con, scene.rule, told.subject, scene.as_of)
    return gone or f"没有预警：{told.as_of} 这一夜没有“{told.subject}”这个对象。"


def _weighed(scene: Scene, told: Explanation, subject: str, place: str) -> Explanation:
    """A plain rule: values, condition, score, counterfactuals."""
    rule = scene.rule
    units, values = signals.units_of(scene), signals.values_of(scene, subject)
    names = grade.names_for(scene, values)
    clause = clause_of(rule.when or "")
    answers = Answers(names)
    ask_for(clause, answers)
    answers.fetch(scene.con, scene.row(subject))
    features, floors, leading = grade.graded(scene, subject, names, units, values)
    known = signals.known_of(scene, subject, values)
    parameters = signals.parameters_of(scene)
    kinds = sorted(kinds_needed(scene.rulebook, rule) & set(scene.hushed))
    silent = signals.silent_of(scene, place, kinds)
    changed = counterfactuals(scene, subject)
    note = KEPT if changed else "" if told.verdict == "unknown" else "没有找到只改一个信号就能改变结果的数值。"
    return replace(
        told, known=known, parameters=parameters, histories=signals.histories_of(scene, subject),
        condition=answered(clause, answers, units, values), features=features, floors=floors, grading=leading,
        unknown=answer.unknown_of(scene, known, parameters, silent), counterfactuals=changed, counterfactual_note=note,
    )  # fmt: skip


def _met(scene: Scene, told: Explanation, subject: str, shown: str) -> Explanation:
    """A compound: its members and what their meeting adds."""
    members = compound.members_on(scene, subject, shown)
    features, leading, _ = grade.compound_features(scene, subject)
    unknown = tuple(f"成员规则“{each.title}”无法判断" for each in members if each.verdict == "unknown")
    return replace(
        told, members=members, condition=compound.meeting_of(scene, members, told.verdict or "clear"), features=features,
        grading=leading, unknown=unknown, parameters=signals.parameters_of(scene),
        counterfactuals=compound.if_members(scene, subject, members),
        counterfactual_note="成员规则要到什么数才变，请对成员逐条查看。",
    )  # fmt: skip


def _notes(story: Story, scene: Scene, subject: str) -> Iterator[str]:
    if not story.ran:
        yield "这一夜没有运行过：只有此前收到的来文，也不知道谁没有报送。"
        for each in scene.rulebook.exemptions:
            if each.rule == scene.rule.id and each.subject == subject and scene.as_of <= each.until:
                yield f"有一条例外：到 {each.until}，{each.who}，{each.why}"
    if story.part and story.raised:
        yield story.sentence.split("。")[0]  # what came back says so first
    if story.part and story.parent:
        yield f"已并入 {story.parent}"
    if story.part and story.children:
        yield f"并入本件的预警：{'、'.join(story.children)}"
    if story.suppressed:
        yield f"例外：到 {story.suppressed[0]}，{story.suppressed[1]}，{story.suppressed[2]}"
    if story.stale:
        yield "当夜部分数据缺失，等级暂不下调"


def _evidence(scene: Scene, night: _Night, subject: str, story: Story) -> tuple[Rows, ...]:
    """The records behind it: those that stand on the list, else those that the same query finds."""
    kept: str | None = None
    if story.part and story.warning:
        row = scene.con.execute(
            "SELECT evidence FROM kept.assess.state WHERE id = ? AND as_of = ?", [story.warning, night.as_of]
        ).fetchone()
        kept = row[0] if row else None
    if kept is None and scene.found(subject).verdict == "hit":
        scene.con.execute(
            "CREATE OR REPLACE TEMP TABLE active AS SELECT 'X' AS id, ? AS rule, 0 AS nth, ? AS subject_type, ? AS subject, "
            "CAST(? AS DATE) AS hit_on",
            [scene.rule.id, scene.rule.subject.value, subject, night.as_of],
        )
        prove(scene.con, scene.rulebook, night.as_of)
        row = scene.con.execute("SELECT evidence FROM proof").fetchone()
        kept = row[0] if row else None
    mine = {scene.rule.id, *(scene.rulebook.rules if scene.rule.compound else ())}
    return tuple(
        Rows(
            each.get("title") or "记录", tuple(each["columns"]),
            tuple(tuple(str(cell) for cell in row) for row in each["rows"][:_EVIDENCE]), max(0, len(each["rows"]) - _EVIDENCE),
        )
        for each in json.loads(kept or "[]")
        if each.get("rule") in mine
    )  # fmt: skip
