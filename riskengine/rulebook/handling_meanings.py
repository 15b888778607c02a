"""What each key of ``handling.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["HANDLING"]

HANDLING: Mapping[str, Mapping[str, str]] = {
    "Handling": {
        "verifier": "核验单位的编号；不写的，是兜底派发的主办单位",
        "close_after": "预警已解除、办理齐全满多少夜由引擎自动销号；0 表示不自动销号",
        "press": "逾期没有反馈的，引擎记不记一次督办",
        "objections": "退回怎样办",
        "states": "各个办理状态，按先后写；从 下发 开始，到 销号 结束",
        "transitions": "各个环节，一行一个",
    },
    "Objections": {
        "clock": "在哪个期限（clocks.yaml 里的编号）以内可以退回；没有这个期限的，按 5 个工作日",
        "decided_by": "由谁决定：核验 由核验单位，引擎 按时提出的当晚就转给下一条匹配的派发",
        "propose_after": "同一类退回被接受满多少次、并占到该单位同类预警的一半，建议改派发",
    },
    "Transition": {
        "step": "环节的名称，单位在“办理动作”里这样写",
        "from": "在哪些状态下可以办",
        "to": "办完到哪个状态；不写的，状态不变",
        "by": "由谁办：主办、协办、核验、引擎",
        "levels": "只用于最重也没有超过这些等级的预警",
        "needs": "缺了什么就不能办：核查结果、处置措施、误报原因、理由、延至日期；预警解除 只用于引擎",
        "implied": "后面的环节做了，没有人说过的这一环节视同做过",
    },
}
"""Model → key → meaning."""
