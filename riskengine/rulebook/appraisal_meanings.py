"""What each key of ``appraisal.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["APPRAISAL"]

APPRAISAL: Mapping[str, Mapping[str, str]] = {
    "Appraisal": {
        "points": "每个单位的总分",
        "least": "一年里派给它的预警少于多少件的单位不排名，分数照列",
        "items": "考核项目的清单",
        "spared": "哪些不扣分的清单；明细里照列，写明理由",
        "kinds": "乡镇之间按万人口比较哪几种记录",
        "own": "哪些来源是基层自己排查上报的；可比的件数不含它们，报得多不会显得差",
    },
    "AppraisalItem": {
        "id": "编号，不再改",
        "name": "名称，写在考核表里",
        "counts": "数的是什么，见下面的“数什么”",
        "for": "对谁：line 县直部门，township 乡镇、街道",
        "points": "每次扣多少分；by: share 时是占比每1个百分点扣多少分",
        "most": "这一项最多扣多少分；各项合起来不超过总分",
        "over": "超过几天才算，只用于按天数算的项目",
        "unit": "days 自然日，workdays 工作日",
        "every": "此后每满几天再扣一次；不写，不论多少天只扣一次",
        "by": "each 按次数，share 按占派给它的预警的百分点，件多件少才可比",
        "roles": "主办、协办中的哪些，用于签收、逾期、未反馈",
        "least": "不足多少次不扣分；by: share 时是派给它的预警不足多少件不扣分",
        "codes": "哪些未采用的回执，写编码；不写就是全部",
        "papers": "哪些公文算被督办",
        "basis": "依据哪个文件",
    },
    "Spared": {
        "items": "哪些考核项目，写编号；不写就是全部",
        "units": "哪些单位",
        "themes": "哪些主题的预警",
        "levels": "哪些等级的预警",
        "from": "从哪一天起发生的",
        "until": "到哪一天为止发生的",
        "reason": "为什么不扣分",
        "approver": "谁定的，写岗位或单位，不写人名",
    },
}
"""Model → key → meaning."""
