"""``riskengine test --new-case``: drafts from a real warning, tried out before they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from riskengine.cases.from_warning import Draft, drafts
from riskengine.cases.insert import Fields
from riskengine.cases.outcome import Outcome, differences
from riskengine.cases.run import run_cases
from riskengine.errors import WrongUse
from riskengine.model.case import Case, Expect
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.store.laboratory import laboratory
from riskengine.workspace import Workspace

__all__ = ["NewCase", "new_cases"]


@dataclass(frozen=True)
class NewCase:
    """A case ready to be written. ``notes``: where today's rules decide otherwise than that night did."""

    rule: str
    fields: Fields
    notes: tuple[str, ...]


def new_cases(
    workspace: Workspace, rulebook: Rulebook, warning_id: str, as_of: date | None = None, *, clear: bool = False
) -> list[NewCase]:
    """Cases from a warning, see :func:`~riskengine.cases.from_warning.drafts`. Writes nothing.

    What is expected is what that night decided; the unit is the one that today's routes give. Raises WrongUse.
    """
    if not workspace.database.exists():
        raise WrongUse("这个工作区还没有运行过任何一夜，没有预警可以写成用例。请先运行 riskengine run。")
    with laboratory(workspace.database, workspace.scratch) as con:
        made = drafts(con, rulebook, warning_id, as_of, clear=clear)
    tried = {draft.rule.id: draft.rule.model_copy(update={"cases": (_case(draft),)}) for draft in made}
    results = run_cases(
        replace(rulebook, rules={**rulebook.rules, **tried}), workspace.scratch, lambda rule, _: rule.id in tried
    )
    outcomes = {result.rule.id: result.outcome for result in results}
    return [_expecting(draft, outcomes[draft.rule.id], rulebook.rules[draft.rule.id]) for draft in made]


def _case(draft: Draft) -> Case:
    """The draft as a case that expects nothing but its verdict."""
    return Case.model_validate({**draft.fields, "expect": {"verdict": draft.was["verdict"], "warning": None}})


def _expecting(draft: Draft, outcome: Outcome, rule: Rule) -> NewCase:
    expect = dict(draft.was)
    if outcome.unit is not None:
        expect["unit"] = outcome.unit
    told = differences(Expect.model_validate(expect), outcome)
    notes = tuple(f"{each.what}：当晚为 {each.expected}，按现在的规则为 {each.came}" for each in told)
    fields = {
        **draft.fields,
        "case": _unused(str(draft.fields["case"]), [case.case for case in rule.cases]),
        "expect": expect,
    }
    return NewCase(draft.rule.id, fields, notes)


def _unused(name: str, taken: Sequence[str]) -> str:
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}（{number}）"
    return found
