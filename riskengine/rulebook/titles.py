"""What the models of the rule files are called where an editor shows them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["TITLES"]

TITLES: Mapping[str, str] = {
    "Source": "来源", "Cell": "一个字段", "Condition": "满足的行", "Received": "报送日期", "Reports": "报送约定", "Signal": "信号",
    "Rule": "规则", "Parameter": "参数", "Feature": "得分项", "Floor": "保底", "Compound": "复合", "AtLeast": "至少几条",
    "Evidence": "证据", "Case": "用例", "Expect": "应当得出", "Exemption": "例外", "NamedList": "名单", "Level": "等级", "Unit": "单位",
    "Branch": "派发", "RouteCase": "派发用例", "RouteExpect": "应当派给谁",
    "Subject": "对象", "Indicator": "指标", "Target": "目标", "Limit": "控制值", "Computed": "计算",
    "Clock": "期限", "Extension": "延长", "ClockFor": "用在哪里", "CalendarYear": "一年的放假安排",
    "Deduction": "扣分", "IndicatorCase": "指标的用例", "IndicatorExpect": "应当说什么",
    "Handling": "办理流程", "Objections": "退回", "Transition": "环节", "Ladder": "升级督办", "Deliveries": "送达",
    "Channel": "渠道", "Retry": "再送", "Quiet": "免打扰", "Drill": "演练", "Rebound": "反弹", "WatchFor": "观察期",
    "Rectified": "重点整治的观察", "ListedPlace": "整治类型", "Doubts": "结而未解", "LookBack": "回头看", "Links": "一事多报", "Appraisal": "单位考核",
    "AppraisalItem": "考核项目", "Spared": "不扣分",
    "Climb": "梯级", "Rung": "一级", "Plate": "挂牌", "Learning": "规则改进", "Sample": "抽查", "Grave": "重大事件", "Effect": "办理前后", "Dismissed": "否决的建议",
    "MeasureKind": "一类措施",
    "Meeting": "比对的两个渠道", "Alike": "相通的类别", "Transfer": "转办编号", "Weights": "分量", "Odds": "比例",
}  # fmt: skip
"""Model → title."""
