"""Formal papers (公文): which kinds there are, and what their Word templates may and must speak of."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["KINDS", "LISTED", "OPTIONAL", "REQUIRED", "PaperKind", "placeholders"]

PaperKind = Literal["风险提示函", "督办函", "约谈通知", "销号回执"]
"""风险提示函 says that something lasts, 督办函 presses, 约谈通知 calls to a talk, 销号回执 says that a warning is closed."""

KINDS: tuple[PaperKind, ...] = get_args(PaperKind)
"""In the order of their weight; 销号回执 stands apart."""

# 突发事件应对法 art. 64: category, level, start, area, what to mind, measures, who issues it and when.
_ALWAYS = ("文号", "主送", "类别", "等级", "开始时间", "影响范围", "注意事项", "建议措施", "出文单位", "出文日期")
_CLOCK = ("期限", "期限依据")

REQUIRED: dict[PaperKind, tuple[str, ...]] = {
    "风险提示函": (*_ALWAYS, "事由", *_CLOCK),
    "督办函": (*_ALWAYS, "事由", *_CLOCK, "反馈期限"),
    "约谈通知": (*_ALWAYS, "事由", *_CLOCK, "反馈期限"),
    "销号回执": (*_ALWAYS, "核查结果", "销号日期", "销号单位"),
}
"""Kind → placeholders that its template must have."""

OPTIONAL: tuple[str, ...] = (
    "抄送", "编号", "对象", "情况", "证据", "处置情况", "事由", "期限", "期限依据", "反馈期限", "核查结果", "销号日期", "销号单位",
)  # fmt: skip
"""What every template may have besides; empty where the paper has nothing to say of it."""

LISTED: frozenset[str] = frozenset({"注意事项", "建议措施", "证据"})
"""Placeholders that hold several sentences: ``{%p for 项 in 建议措施 %}`` … ``{{ 项 }}`` … ``{%p endfor %}``, or one below the other."""


def placeholders(kind: PaperKind) -> frozenset[str]:
    """Every name that a template of ``kind`` may use."""
    return frozenset((*REQUIRED[kind], *OPTIONAL))
