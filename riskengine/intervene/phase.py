"""One night of 管控干预: routes, clocks, lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from time import perf_counter

from riskengine.intervene.briefs.papers import due_papers
from riskengine.intervene.copies import copied_entries, copy_workbook, keep_copies
from riskengine.intervene.digest import county_digest, unit_digests
from riskengine.intervene.drill import call_drill
from riskengine.intervene.duty import assign
from riskengine.intervene.handled import errands
from riskengine.intervene.handling.objections import redirect
from riskengine.intervene.handling.pending import pending, pending_workbook
from riskengine.intervene.handling.replies import settle
from riskengine.intervene.handling.roles import verifier_of
from riskengine.intervene.handling.steps import begin, walk_steps
from riskengine.intervene.jsonl import as_json_lines
from riskengine.intervene.ladder import climb
from riskengine.intervene.leader.documents import documents
from riskengine.intervene.leader.page import leaders_page
from riskengine.intervene.leader.readings import readings
from riskengine.intervene.leader.wolf import rule_records
from riskengine.intervene.lines import Entry, ended_entries, entries, lines_by_unit
from riskengine.intervene.lookback import look_back
from riskengine.intervene.notice import notice_workbook, notices
from riskengine.intervene.outbox import Document, Written, deliver, folder_names
from riskengine.intervene.papers.tonight import issued, papers
from riskengine.intervene.routing import route
from riskengine.intervene.sampling import draw_samples
from riskengine.intervene.situation import situation
from riskengine.intervene.unread import unread
from riskengine.intervene.waiting import hold_back
from riskengine.intervene.workbook import county_workbook, unit_workbook
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, transaction
from riskengine.workspace import Workspace

__all__ = ["intervene", "lists"]


_OWN = ("reply", "refused", "step", "handling", "objection", "leave", "waiting", "rung", "paper", "plate", "errand")
_STEPS = (
    settle,
    walk_steps,
    route,
    redirect,
    hold_back,
    assign,
    begin,
    climb,
    call_drill,
    draw_samples,
    look_back,
)
"""What is decided before the lists are written, in this order."""


def intervene(con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date) -> None:
    """Give tonight's warnings to their units and write the night's lists; nothing to do where both have happened.

    Reads ``assess.*`` and the receipts known by tonight; writes ``intervene.*`` and ``data/outbox/<as_of>/``. The
    folder is put in place just before the rows are committed: killed in between, the next run writes it again.
    Raises NotDelivered.
    """
    folder = workspace.night(as_of)
    done = con.execute("SELECT 1 FROM intervene.night WHERE as_of = ?", [as_of]).fetchone()
    if done and folder.is_dir():
        return
    started = perf_counter()
    with transaction(con):
        for table in ("night", "duty", "trial_duty", "copied", "list", *_OWN):
            con.execute(f"DELETE FROM intervene.{table} WHERE as_of = ?", [as_of])
        for step in _STEPS:
            step(con, rulebook, as_of)
        con.execute(_TRIALS)
        keep_copies(con, as_of)
        _record(con, as_of, deliver(folder, _documents(con, rulebook, as_of)))
        con.execute("INSERT INTO intervene.night VALUES (?, ?, ?)", [as_of, rulebook.hash, perf_counter() - started])


def lists(con: Connection, as_of: date) -> list[Written]:
    """The files of a night as ``intervene.list`` keeps them, by path; ``unit`` is None for the county's own."""
    rows = con.execute("SELECT unit, path, sha256, lines FROM intervene.list WHERE as_of = ? ORDER BY path", [as_of])
    return [Written(*row) for row in rows.fetchall()]


def _documents(con: Connection, rulebook: Rulebook, as_of: date) -> Iterator[Document]:
    """The night's files one by one, so that only one of them is in memory at a time."""
    found = entries(con, rulebook, as_of)
    ended = ended_entries(con, rulebook, as_of)
    mend = unread(con, rulebook, as_of)
    own = unit_digests(lines_by_unit(found), found, ended, errands(con, rulebook, as_of), mend, as_of)
    told = notices(con, rulebook, as_of)
    copies = copied_entries(con, rulebook, found, as_of)
    formal = issued(con, as_of)
    addressed = [unit for each in formal for unit in each.units]
    waiting, verifier = pending(con, rulebook, as_of), verifier_of(rulebook)
    checks = (verifier,) if waiting and verifier else ()
    names = folder_names(rulebook.units[unit] for unit in dict.fromkeys((*own, *told, *copies, *addressed, *checks)))
    paths = {unit: f"{names[unit]}/{names[unit]}预警清单_{as_of}.xlsx" for unit in own}
    for unit, digest in own.items():
        yield Document(paths[unit], unit_workbook(rulebook.units[unit], digest, rulebook, as_of), unit, digest.lines)
    for unit, entered in copies.items():
        content = copy_workbook(rulebook.units[unit], entered, rulebook.levels, as_of)
        yield Document(f"{names[unit]}/{names[unit]}抄送_{as_of}.xlsx", content, unit)
    for unit, notice in told.items():
        content = notice_workbook(rulebook.units[unit], notice, rulebook, as_of)
        yield Document(f"{names[unit]}/{names[unit]}指标提示_{as_of}.xlsx", content, unit)
    for unit in checks:
        yield Document(f"{names[unit]}/{names[unit]}核验审批_{as_of}.xlsx", pending_workbook(waiting, rulebook, as_of), unit)
    yield from papers(con, rulebook, as_of, formal, names)
    yield Document(
        "全县清单.xlsx", county_workbook(county_digest(found, ended, as_of), rulebook, as_of), None, len(found)
    )
    yield Document("warnings.jsonl", as_json_lines(found, as_of), None, len(found))
    tonight = situation(con, rulebook, as_of)
    standing, records = readings(con, rulebook, as_of), rule_records(con, rulebook, found, as_of)
    text = leaders_page(con, rulebook, found, tonight, standing, records, paths, as_of)
    yield Document("index.html", text.encode(), None, _open(found))
    for name, content in documents(con, rulebook, found, tonight, standing, records, paths, as_of):
        yield Document(name, content)
    for name, content in due_papers(con, rulebook, as_of, found):
        yield Document(name, content)


def _open(found: list[Entry]) -> int:
    return sum(not entry.lifted for entry in found)


def _record(con: Connection, as_of: date, written: list[Written]) -> None:
    con.execute(
        "INSERT INTO intervene.list SELECT $1, unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), "
        "unnest($5::BIGINT[])",
        [
            as_of,
            [each.unit for each in written],
            [each.path for each in written],
            [each.sha256 for each in written],
            [each.lines for each in written],
        ],
    )


# nobody is told; it is kept for the review of the trial
_TRIALS = """
INSERT INTO intervene.trial_duty
SELECT r.as_of, r.id, r.unit, r.role, r.catch_all FROM routed AS r
SEMI JOIN assess.trial_state AS t ON t.as_of = r.as_of AND t.id = r.id
ORDER BY r.id, r.role, r.unit
"""
