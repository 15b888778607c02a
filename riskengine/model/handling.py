"""How a warning is handled, step by step: ``rules/handling.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["CLOSED", "DELIVERED", "ENGINE", "Handling", "Need", "Objections", "Role", "STANDARD", "Transition"]

Role = Literal["主办", "协办", "核验", "引擎"]
"""Who takes a step. 引擎 is the engine itself; 核验 the unit ``verifier``."""

Need = Literal["核查结果", "处置措施", "误报原因", "理由", "延至日期", "预警解除"]
"""What a step cannot be taken without: cells of the receipt, and 预警解除: that the data no longer show the warning."""

DELIVERED, CLOSED = "下发", "销号"
ENGINE: Role = "引擎"
"""The state in which every handling begins, the one in which it ends, and the role of the engine."""

STATES = ("下发", "签收", "核查", "处置", "反馈", "核验", "销号", "退回", "督办")
_OPEN = ("下发", "签收", "核查", "处置", "督办")


class Transition(Noun):
    """One line of the table: ``step`` taken by one of ``by`` leads from one of the states ``start`` (``from`` in the file) to ``to``.

    ``to`` None: the state stays. ``levels``: only warnings that never were graver than these (by name); none: all.
    ``implied``: a later step shows that it happened where nobody said so.
    """

    step: Sentence
    start: Annotated[tuple[str, ...], Field(alias="from", min_length=1)]
    to: str | None = None
    by: tuple[Role, ...]
    levels: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    implied: bool = False


class Objections(Noun):
    """退回. ``clock``: within which clock of ``rules/clocks.yaml``; ``decided_by``: the verifier, or the engine at once, to the next
    route that matches; ``propose_after``: so many accepted ones of a kind make a proposal for the routes.
    """

    clock: Slug = "object"
    decided_by: Literal["核验", "引擎"] = "核验"
    propose_after: int = Field(default=3, ge=1, le=100)


def _line(step: str, start: tuple[str, ...], to: str | None, *by: Role, **more: object) -> Transition:
    return Transition.model_validate({"step": step, "from": start, "to": to, "by": by, **more})


STANDARD = (
    _line("签收", ("下发", "督办"), "签收", "主办", "协办", implied=True),
    _line("核查", ("下发", "签收", "督办"), "核查", "主办", "协办", needs=("核查结果",), implied=True),
    _line("处置", ("下发", "签收", "核查", "督办"), "处置", "主办", "协办", needs=("处置措施",), implied=True),
    _line("反馈", (*_OPEN, "反馈"), "反馈", "主办", "协办", needs=("核查结果",)),
    _line("退回", ("下发", "签收", "督办"), "退回", "主办", "协办", needs=("理由",)),
    _line("同意退回", ("退回",), "下发", "核验", "引擎"),
    _line("不同意退回", ("退回",), "签收", "核验", needs=("理由",)),
    _line("申请延期", _OPEN, None, "主办", "协办", needs=("理由", "延至日期")),
    _line("同意延期", _OPEN, None, "核验"),
    _line("不同意延期", _OPEN, None, "核验", needs=("理由",)),
    _line("暂停计时", _OPEN, None, "主办", "协办", needs=("理由",)),
    _line("恢复计时", (*_OPEN, "反馈"), None, "主办", "协办"),
    _line("核验通过", ("反馈",), "核验", "核验"),
    _line("核验不通过", ("反馈", "核验"), "处置", "核验", needs=("理由",)),
    _line("销号", (*_OPEN, "反馈"), "销号", "主办", levels=("黄", "蓝"), needs=("核查结果",)),
    _line("销号", ("核验",), "销号", "主办", "核验", needs=("核查结果",)),
    _line("销号", ("反馈",), "销号", "引擎", levels=("黄", "蓝"), needs=("核查结果", "预警解除")),
    _line("销号", ("核验",), "销号", "引擎", needs=("核查结果", "预警解除")),
    _line("督办", ("下发", "签收", "核查", "处置"), "督办", "引擎"),
    _line("反弹", ("销号",), "下发", "引擎"),
)
"""The table where the file has none."""


class Handling(Noun):
    """The whole file. A workspace without it has what the defaults say.

    ``verifier``: the unit that checks what units report (核验); None: the one that the catch-all route leads to. ``close_after``: so many
    nights after a complete report the engine closes what is lifted (0: never). ``press``: whether the engine presses (督办) what is
    overdue.
    """

    verifier: Slug | None = None
    close_after: int = Field(default=3, ge=0, le=365)
    press: bool = True
    objections: Objections = Objections()
    states: tuple[str, ...] = STATES
    transitions: tuple[Transition, ...] = STANDARD

    def steps(self, *roles: Role) -> tuple[str, ...]:
        """The words of the steps that any of ``roles`` may take, in the order of the table."""
        return tuple(dict.fromkeys(each.step for each in self.transitions if set(roles) & set(each.by)))
