"""What each key of ``clocks.yaml`` and ``calendar.yaml`` means: the part of :data:`~riskengine.rulebook.meanings.MEANINGS` about time."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CLOCKS"]

CLOCKS: Mapping[str, Mapping[str, str]] = {
    "Clock": {
        "id": "编号，不再改",
        "title": "办什么事的期限",
        "start": "从什么事起算，如 受理、收到书面答复；那一天不计入，次日是第 1 日。按等级的办理期限只能写 下发",
        "amount": "多少日",
        "unit": "days 自然日，workdays 工作日（扣除周末和节假日，算上调休上班的日子）",
        "last_day": "自然日的最后一日不上班怎么办：roll 顺延到其后第一个工作日，keep 不顺延。工作日的期限不写",
        "extension": "能否延长",
        "pauses": "哪些事由的日子不计入，如 听证",
        "for": "用在哪里",
        "basis": "依据哪个文件第几条",
    },
    "Extension": {
        "amount": "最多延长多少日，单位与期限相同",
        "approver": "由谁批准，写岗位或单位，不写人名",
        "reason": "是否须写明理由",
    },
    "ClockFor": {
        "levels": "哪些等级的预警按它办理；一个等级只能有一个期限",
    },
    "CalendarYear": {
        "year": "哪一年",
        "reference": "哪个放假通知",
        "holidays": "放假的日子；周六、周日本来不上班，不用写",
        "workdays": "调休上班的周六、周日",
    },
}
"""Model → key → meaning."""
