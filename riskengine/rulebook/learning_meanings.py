"""What each key of ``learning.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LEARNING"]

LEARNING: Mapping[str, Mapping[str, str]] = {
    "Learning": {
        "least": "至少要有多少件答复才算出比例，不到的只说“样本不足”",
        "window": "往回看多少天的预警、抽查和事件",
        "sample": "每月抽查没有预警的对象",
        "graves": "哪些记录本身就是大事，事前应当有预警；没有的记为漏报",
        "effect": "办理前后怎样比",
        "aim": "调参的目标：查准率要到多少，0 到 1",
        "dismissed": "否决过的调参建议，由 riskengine tune --dismiss 写进来",
    },
    "Sample": {
        "size": "每个主题每月抽几个；0 是不抽，要抽至少 2 个",
        "near": "其中几成从“得分高于起步分、没到预警线”的里面抽，大于 0、小于 1，向上取整；一头不够就从另一头补",
        "themes": "抽哪些主题",
        "subjects": "抽哪些对象，单位去得了、看得见的才写",
        "within": "几天内答复，自然日",
    },
    "Grave": {
        "title": "叫什么，各条不重名",
        "from": "哪种记录",
        "where": "满足什么条件才算",
        "themes": "哪些主题的预警算数",
        "before": "事前多少天里有预警才算有，自然日",
    },
    "Effect": {
        "days": "办理那天的前后各数多少天，那天不算",
        "apart": "找来比的地区，办理前的件数与它最多差几件",
        "counts": "主题: 记录种类。每个主题数哪种记录；没写的主题不比",
        "measures": "把处置措施分成几类",
    },
    "Dismissed": {
        "rule": "规则编号",
        "parameter": "哪个参数",
        "direction": "收紧 或 放宽",
        "value": "建议的值",
        "on": "哪天否决",
        "judged": "当时有多少件核查结果",
        "by": "谁否决的：写岗位，不写姓名",
        "reason": "为什么",
    },
    "MeasureKind": {
        "title": "这类措施叫什么，各类不重名",
        "words": "处置措施里有其中一个词就归这一类；前面的类先认",
    },
}
"""Model → key → meaning."""
