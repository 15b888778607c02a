"""Play old rules and new ones over the same past nights, in a laboratory, and say what would have been different."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.plan.because import Because
from riskengine.plan.burden import burdens, open_by_night
from riskengine.plan.changes import changes
from riskengine.plan.contrast import contrast, pairs
from riskengine.plan.course import Side, live
from riskengine.plan.effect import Effect
from riskengine.plan.foresight import brought_forward
from riskengine.plan.indicator_changes import indicator_note
from riskengine.plan.known import answers, confirmed, events, precision
from riskengine.plan.noun import Change, Course, Night
from riskengine.plan.reach import Lot, Reach, reach
from riskengine.plan.settings_changes import settings_note
from riskengine.plan.verdicts import HISTORY, see
from riskengine.review.compare import compare
from riskengine.review.truth import Event, TruthReport, read_truth
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace

__all__ = ["Asked", "rehearse"]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """How many of the newest nights, up to which night, held against which truth file; ``everything``: also rules that
    cannot differ.
    """

    nights: int = 90
    until: date | None = None
    truth: Path | None = None
    everything: bool = False


def rehearse(
    workspace: Workspace, old: Rulebook, new: Rulebook, against: str, asked: Asked, say: Say = lambda line: None
) -> Effect | None:
    """The effect of putting ``new`` in the place of ``old`` over the newest nights that have run; None where none has.

    Records are taken as they were known on each night, silences as they were noted. Writes nothing. Raises WrongUse
    for a truth file that cannot be read, Busy while a night runs, EngineFault where the engine is wrong.
    """
    happened = read_truth(asked.truth) if asked.truth is not None else None
    if asked.nights < 1:
        raise WrongUse(f"--nights 要写 1 或更大的数，写了 {asked.nights}。")
    if not workspace.database.exists():
        return None
    with laboratory(workspace.database, workspace.scratch / "plan") as con:
        ran = [day for (day,) in con.execute("SELECT as_of FROM kept.assess.night ORDER BY as_of").fetchall()]
        ran = [day for day in ran if asked.until is None or day <= asked.until]
        if not ran:
            return None
        found = changes(old, new)
        new, forward = brought_forward(old, new, ran[-1])
        reached = reach(old, new, everything=asked.everything)
        stage = _Stage(old, new, reached, ran, asked.nights)
        notes = [*forward, *_notes(found, stage)]
        if not stage.idle:
            say(
                f"推演 {len(stage.planned)} 夜（{stage.planned[0]} 至 {stage.planned[-1]}），预热 {len(stage.warm_up)} 夜 …"
            )
        sides, truths = _played(con, stage, happened)
        courses = [side.courses for side in sides]
        because = Because(con, old, new, sides[1].suppressed)
        differences = tuple(contrast(pairs(courses[0], courses[1], stage.planned), because))
        said = [each for each in answers(con, stage.planned[-1]) if (each.theme, each.subject_type) in reached.lots]
        known = confirmed(courses, said, stage.planned)
        if truths:
            known = (*events(truths[0], truths[1], reached.lots, stage.planned), *known)
        for side, word in zip(sides, ("旧", "新"), strict=True):
            notes += [f"{word}规则有没算成的：{sentence}" for sentence in side.faults.values()]
        lasting = _lasting(con, reached.lots, stage.planned)
        touched = {id_: title for id_, title in stage.titles.items() if id_ in reached.changed}
        return Effect(
            against=against,
            nights=tuple(stage.planned),
            warm_up=len(stage.warm_up),
            wanted=asked.nights,
            changes=found,
            themes=tuple(sorted({theme for theme, _ in reached.lots})),
            played=stage.titles,
            unaffected=reached.unaffected,
            differences=differences,
            burdens=burdens((*courses[0], *lasting), (*courses[1], *lasting), stage.planned),
            precision=precision(courses, said, touched, stage.planned) if said else (),
            events=known,
            opened=(open_by_night(courses[0], stage.planned), open_by_night(courses[1], stage.planned)),
            notes=tuple(notes),
            old=old,
            new=new,
        )


@dataclass(frozen=True)
class _Stage:
    """Which rules meet on which nights. ``ran``: all nights that have run; the newest ``wanted`` of them are
    planned.
    """

    old: Rulebook
    new: Rulebook
    reached: Reach
    ran: Sequence[date]
    wanted: int

    @property
    def idle(self) -> bool:
        """Nothing has to be played."""
        return not self.reached.old.rules and not self.reached.new.rules

    @property
    def planned(self) -> Sequence[date]:
        """The nights that are compared."""
        return self.ran[-self.wanted :]

    @property
    def needed(self) -> int:
        """So many nights back a state can depend on verdicts that the new rules give otherwise."""
        rules = [rule for book in (self.reached.old, self.reached.new) for rule in book.rules.values()]
        life = max((max(rule.persistence.nights, rule.keep) for rule in rules), default=0)
        return life + max((rule.compound.within for rule in rules if rule.compound is not None), default=0)

    @property
    def warm_up(self) -> Sequence[date]:
        """The nights before the planned ones that are played too."""
        before = self.ran[: -len(self.planned)]
        return before[-self.needed :] if self.needed else ()

    @property
    def titles(self) -> dict[str, str]:
        """The live rules, of either book, whose warnings may differ."""
        rules = [rule for book in (self.reached.old, self.reached.new) for rule in book.rules.values()]
        lots = self.reached.lots
        return {rule.id: rule.title for rule in rules if rule.status == "live" and (rule.theme, rule.subject) in lots}


def _played(con: Connection, stage: _Stage, happened: Sequence[Event] | None) -> tuple[list[Side], list[TruthReport]]:
    """Old and new side. The truth is asked while a side's states lie in the laboratory."""
    if stage.idle:
        return [Side((), (), {})] * 2, []
    played = [*stage.warm_up, *stage.planned]
    history = [day for day in stage.ran if 1 <= (played[0] - day).days <= HISTORY]
    sides, truths = [], []
    seen = see(con, stage.reached, played)
    for book, mine in zip((stage.reached.old, stage.reached.new), seen, strict=True):
        sides.append(live(con, book, mine, stage.reached.lots, [*history, *played], stage.planned))
        if happened is not None:
            truths.append(compare(con, happened, book, stage.planned[-1]))
    return sides, truths


def _lasting(con: Connection, lots: frozenset[Lot], planned: Sequence[date]) -> list[Course]:
    """Warnings that cannot differ, as they were delivered: they fill the units' weeks all the same."""
    rows = con.execute(_LASTING, [[f"{theme}/{type_}" for theme, type_ in lots], list(planned)]).fetchall()
    nights: dict[str, dict[date, Night]] = defaultdict(dict)
    about: dict[str, Course] = {}
    for id_, type_, subject, name, place, theme, opened, lifted, as_of, level, lead, others, parent in rows:
        about[id_] = Course(type_, subject, name, place, theme, opened, lifted, nights[id_])
        nights[id_][as_of] = Night(level, None, (), lead=lead, others=tuple(others), merged=parent)
    return list(about.values())


def _notes(found: Sequence[Change], stage: _Stage) -> list[str]:
    notes, planned = [], stage.planned
    if len(planned) < stage.wanted:
        notes.append(
            f"要推演 {stage.wanted} 夜，但这个工作区只运行过 {len(planned)} 夜，就按这 {len(planned)} 夜推演。"
        )
    if missing := (planned[-1] - planned[0]).days + 1 - len(planned):
        notes.append(f"其间有 {missing} 夜没有运行过，没有补造。")
    if not stage.idle and len(stage.warm_up) < stage.needed:
        notes.append(
            f"开头之前只有 {len(stage.warm_up)} 夜可供预热（需要 {stage.needed} 夜），最初几夜的状态可能与长期运行略有出入。"
        )
    sources = dict.fromkeys(each.title for each in found if each.what == "来源")
    if sources:
        notes.append(
            f"来源“{'”“'.join(sources)}”的写法有变：已入库的记录不会按新写法重读，这部分影响推演不出来，要等新的来文才看得到。"
        )
    if (indicators := indicator_note(found)) is not None:
        notes.append(indicators)
    if (settings := settings_note(found)) is not None:
        notes.append(settings)
    trials = [stage.new.rules[id_].title for id_ in sorted(stage.reached.changed) if _on_trial(stage.new, id_)]
    if trials:
        notes.append(f"试运行规则“{'”“'.join(trials)}”不派发，不计入预警；它们的情况见 riskengine review。")
    return notes


def _on_trial(book: Rulebook, id_: str) -> bool:
    return id_ in book.rules and book.rules[id_].status == "trial"


_LASTING = """
SELECT s.id, w.subject_type, w.subject, w.subject_name, w.place, w.theme, w.opened_on, w.lifted_on, s.as_of, s.level,
  max(d.unit) FILTER (d.role = '主办'), coalesce(list(d.unit ORDER BY d.unit) FILTER (d.role = '协办'), []), max(m.parent)
FROM kept.assess.state s
JOIN kept.assess.warning w ON w.id = s.id
LEFT JOIN kept.intervene.duty d ON d.id = s.id AND d.as_of = s.as_of
LEFT JOIN kept.assess.merged m ON m.child = s.id AND m.as_of = s.as_of
WHERE s.change <> '解除' AND NOT list_contains(?, w.theme || '/' || w.subject_type) AND list_contains(?, s.as_of)
GROUP BY ALL ORDER BY s.id, s.as_of"""
