"""What the keys of a source mean, in the words of the manual (section 来源)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SOURCES"]

SOURCES: Mapping[str, Mapping[str, str]] = {
    "Source": {
        "source": "来源编号",
        "title": "报表名称，出现在提示里",
        "kind": "记录种类",
        "files": "收件箱 data/inbox/ 下的文件，可用 *（不跨文件夹）、**（跨文件夹）、?、[…]；不含 / 时认任何文件夹里的同名文件。一个文件只能归一个来源",
        "encoding": "auto utf-8 gb18030 big5 utf-16",
        "sheet": "Excel 工作表名",
        "received": "报送日期从文件名取",
        "reports": "谁报、多久报一次",
        "key": "标识一条记录的列，一列或几列；同一编号再来就是更正",
        "repeats": "同一文件里编号重复是什么意思：correction 更正前一行；another 另一条同样的记录",
        "fields": "契约字段对应哪一列",
        "ignore": "知道有、不需要的列；没有提到的新列会有提示",
        "retract_when": "满足时，这一行撤回以前的同编号记录",
        "skip_when": "满足时，这一行不读，也不进行数账",
        "blank_when": "这些列全空的行没有说任何新事，记为“未变”",
        "loose_header": "由人填好交回的清单写 true：列名略有出入、工作表改名、格里写公式的，能认的都认，并在提示里写明；拿不准的不认",
        "may_lack": "较早的文件还没有的列：缺了不提示",
        "max_rejected": "20 行及以上的文件，退回比例超过它就要求重报（合格的行已经入库）",
    },
    "Cell": {
        "column": "列名",
        "constant": "固定值，如 {constant: 欠薪}",
        "values": "对照表，如 {刷单: 刷单返利}",
        "otherwise": "不在对照表里的：keep 照留，refuse 退回这一行，写别的文字就换成它",
        "pattern": "正则表达式，取恰好一对括号里的部分，先于对照表；不合的照原样",
        "dates": "日期顺序：ymd mdy dmy minguo（民国年）；年月日顺序的任何时候都认",
        "scale": "乘以几，如万元写 10000",
    },
    "Condition": {
        "column": "看哪一列",
        "values": "等于其中之一即满足",
    },
    "Received": {
        "pattern": "正则表达式，第一对括号取出 20260630 或 2026-06-30",
    },
    "Reports": {
        "unit": "谁负责报（单位编号）",
        "every": "几天报一次",
        "grace": "再宽限几天",
        "by_reporter": "是否盯每个报送单位（如派出所）突然没有记录",
        "since": "从哪天起应当报；不写时，第一份文件来过之后才检查",
        "until": "到哪天为止；以后不再检查（报表换了样式，改由另一个来源接）",
    },
}
"""Model → key → meaning."""
