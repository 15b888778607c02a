"""Every code of a problem of the rule files, and how grave it is.

E…: an error; the rules cannot run. I…: an issue; they run, but should not be merged as they are:

high    somebody will not be warned or is warned wrongly, or a decision that has run out still stands;
medium  probably a mistake: what is written cannot be what was meant, or nothing guards against one;
low     tidiness: nothing that is decided tonight would change.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["CHINESE_SEVERITY", "CODES", "GRAVER", "Severity", "severity_of"]

Severity = Literal["error", "high", "medium", "low"]

GRAVER: dict[Severity, int] = {"error": 0, "high": 1, "medium": 2, "low": 3}
"""Severity → its place, 0 the gravest."""

CHINESE_SEVERITY: dict[Severity, str] = {"error": "错误", "high": "高", "medium": "中", "low": "低"}

CODES = {
    "E101": "文件打不开、太大，或不是 UTF-8",
    "E102": "YAML 写法不对",
    "E103": "同一个名称写了两次",
    "E104": "用了 YAML 的别名、锚点或标签，或嵌套太深",
    "E105": "缩进用了制表符",
    "E106": "缺少文件，或扩展名不对",
    "E107": "最外层写法不对",
    "E108": "places.csv 的表头或某一行不对",
    "E201": "未知字段",
    "E202": "缺少字段",
    "E203": "字段的值不对",
    "E301": "条件或算式不对",
    "E302": "说明文字里的花括号不对",
    "E401": "未知的记录种类",
    "E402": "契约里没有这个字段",
    "E403": "契约的必填字段没有对应的列",
    "E404": "接入了个人信息列",
    "E405": "一个字段的列写法自相矛盾",
    "E406": "文件归属重复，或不在收件箱里",
    "E407": "文件名中的日期写法不对",
    "E501": "编号或名称重复",
    "E503": "信号与对象不相配",
    "E504": "信号的 of、usual、upper、trend、rank、rate 用错",
    "E505": "公式绕成了圈",
    "E506": "用了内置名称或保留字",
    "E507": "名单与信号、参数或内置名称同名",
    "E508": "名单里混了数和文字",
    "E602": "未知主题",
    "E603": "规则用了别的对象的信号",
    "E604": "参数与信号同名",
    "E605": "得分档有空缺或重叠",
    "E606": "未知等级",
    "E607": "复合规则的成员不对",
    "E608": "复合规则看不到成员的对象",
    "E609": "复合规则绕成了圈",
    "E611": "证据与对象不相配",
    "E613": "inhibits 里的规则不对",
    "E614": "inhibits 绕成了圈",
    "E615": "inhibits 里的规则，对象看不到",
    "E620": "用例里的名称不对",
    "E621": "用例里的一串值读不懂",
    "E622": "用例里的记录表读不懂",
    "E623": "用例与规则不相配",
    "E701": "未知责任单位",
    "E702": "等级表不对",
    "E703": "地区树不对",
    "E704": "派发规则里有未知的主题、等级或地区",
    "E705": "兜底的派发规则不对",
    "E706": "lead: reporter 用在了不是单位的对象上",
    "E801": "例外写的规则不存在",
    "E901": "指标的目标、控制值或合理范围不对",
    "E902": "指标的计算方法不对",
    "E903": "指标的扣分不对",
    "E904": "指标的报送方式不对",
    "E911": "期限的写法不对",
    "E912": "等级的办理期限不对",
    "E913": "工作日历不对",
    "I801": "没有规则使用的信号",
    "I802": "没有条件使用的参数",
    "I803": "参数最新的值还没有生效",
    "I804": "单位不同的两个数放在一起比较或加减",
    "I805": "规则的预警只能靠兜底派发",
    "I806": "没有在用的规则会走到的派发规则",
    "I807": "复合规则的成员不参与评估",
    "I808": "没有来源提供这类记录",
    "I809": "乡镇没有写责任单位，无法派给属地",
    "I810": "没有地区写了人口",
    "I811": "参数当天没有值：还没有生效，或已经失效",
    "I812": "派发规则被前面的全部接走",
    "I813": "条件永远不成立",
    "I814": "条件永远成立",
    "I815": "条件有一部分永远不成立",
    "I816": "条件有一部分是多余的",
    "I817": "得分档或保底永远用不上",
    "I818": "规则被另一条规则完全盖住",
    "I819": "小样本没有保护",
    "I820": "规则缺少命中或不命中的用例",
    "I821": "例外已经到期",
    "I822": "例外的期限超过180天",
    "I823": "试运行已经到期",
    "I824": "试运行的期限超过180天",
    "I825": "并入的规则不在用",
    "I826": "没有条件使用的名单",
    "I827": "规则很久没有命中过",
    "I828": "单位看不懂的文字",
    "I829": "比例写成了百分数",
    "I830": "例外的对象不在地区表里",
    "I831": "没有一条在用的规则",
    "I832": "指标没有目标、控制值，也不作比较",
    "I833": "百分率没有写合理范围",
    "I834": "指标的目标很久没有更新",
    "I835": "指标没有用例",
    "I836": "两项指标的算法完全一样",
    "I837": "各项指标的分数合起来不是100",
    "I841": "等级表里的办理天数不起作用",
    "I842": "期限要用的放假安排还没有录入",
}
"""Code → what it means, in the analysts' words."""

_SEVERITIES: dict[str, Severity] = {
    "I801": "low",
    "I802": "low",
    "I803": "low",
    "I804": "medium",
    "I805": "medium",
    "I806": "low",
    "I807": "high",
    "I808": "high",
    "I809": "medium",
    "I810": "high",
    "I811": "high",
    "I812": "medium",
    "I813": "high",
    "I814": "high",
    "I815": "medium",
    "I816": "low",
    "I817": "low",
    "I818": "medium",
    "I819": "medium",
    "I820": "medium",
    "I821": "high",
    "I822": "medium",
    "I823": "high",
    "I824": "medium",
    "I825": "low",
    "I826": "low",
    "I827": "low",
    "I828": "medium",
    "I829": "high",
    "I830": "high",
    "I831": "high",
    "I832": "medium",
    "I833": "medium",
    "I834": "medium",
    "I835": "medium",
    "I836": "medium",
    "I837": "medium",
    "I841": "low",
    "I842": "low",
}


def severity_of(code: str) -> Severity:
    """``error`` for E…, else ``high``, ``medium`` or ``low``. Raises KeyError for an issue that nobody has judged."""
    return "error" if code.startswith("E") else _SEVERITIES[code]
