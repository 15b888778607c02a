"""What a failed night leaves behind for whoever comes in the morning: one readable file in the outbox."""

from __future__ import annotations

from datetime import date

from riskengine.errors import RiskEngineError
from riskengine.night import IN_PHASE
from riskengine.workspace import Workspace

__all__ = ["leave", "phase_of", "take_away"]


def phase_of(error: BaseException) -> str | None:
    """The phase in which the error arose, None where it came from elsewhere."""
    notes = (note for note in getattr(error, "__notes__", ()) if note.startswith(IN_PHASE))
    return next((note.removeprefix(IN_PHASE) for note in notes), None)


def leave(workspace: Workspace, as_of: date | str, error: BaseException) -> None:
    """Write ``data/outbox/FAILED-<as_of>.txt``: which night, in which phase, what, what to do."""
    what = str(error) if isinstance(error, RiskEngineError) else f"程序内部错误（{type(error).__name__}：{error}）。"
    text = (
        f"{as_of} 的夜间研判没有完成。\n{IN_PHASE}{phase_of(error) or '开始之前'}\n原因：{what}\n"
        f"怎么办：按上面的提示处理后运行 riskengine run --as-of {as_of}；已完成的阶段不会重做，清单与不中断时完全一样。\n"
    )
    workspace.outbox.mkdir(parents=True, exist_ok=True)
    (workspace.outbox / f"FAILED-{as_of}.txt").write_text(text, encoding="utf-8")


def take_away(workspace: Workspace, as_of: date) -> None:
    """The night has come to its end after all."""
    (workspace.outbox / f"FAILED-{as_of}.txt").unlink(missing_ok=True)
