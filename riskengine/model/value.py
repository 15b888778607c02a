"""A signal's value as people read it: 12起, 3.2万元, 45%, 是."""

from __future__ import annotations

__all__ = ["plain", "valued"]


def plain(value: float) -> str:
    """``12``, ``3.1``, ``0.25``: at most two decimals; more where a small number would otherwise read as 0."""
    text = f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def valued(value: float | None, unit: str | None) -> str:
    """A value with its signal's unit: ``12起``, ``3.2万元``, ``45%``, ``是``; ``未知`` where it is NULL."""
    if value is None:
        return "未知"
    match unit:
        case "元" if abs(value) >= 1e8:
            return f"{plain(value / 1e8)}亿元"
        case "元" if abs(value) >= 1e4:
            return f"{plain(value / 1e4)}万元"
        case "比例":
            return f"{plain(value * 100)}%"
        case "是否" if value in (0, 1):
            return "是" if value else "否"
        case None | "" | "见指标" | "是否":
            return plain(value)
        case _:
            return f"{plain(value)}{unit}"
