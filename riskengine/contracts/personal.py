"""Which columns are about a person, told by their name: such a column never comes in, whatever its cells hold.

A rule file that maps such a column is refused when it is loaded; a file that carries one is read without it. What a
name cannot tell (an identity number inside a free-text cell) is the business of the door in ``riskengine.sense``.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["personal_name"]

_ROLES = (
    "联系|联络|当事|报警|报案|受害|被害|嫌疑|犯罪嫌疑|申请|被申请|信访|上访|来访|来信|投诉|举报|反映|求助|经办|负责|责任|"
    "承办|办理|填报|填表|制表|审核|复核|签收|核查|接警|处警|监护|代理|代表|法定代表|被执行|驾驶|户主|知情|证|债务|债权|委托"
)

# The order matters only for the word that is told; one column is refused for one reason.
_CHINESE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("身份证号", re.compile(r"身份证|公民身份|证件(号|编)|护照|社保(卡)?号|社会保障号|sfz(h|hm)?$|zjhm$")),
    (
        "电话",
        re.compile(
            r"(手机|电话|固话|座机)(号|号码)?\d*$|联系方式|微信号?$|qq号?$|邮箱|(主叫|被叫|来电)号码|^(lxdh|sjhm?|dhhm)$"
        ),
    ),
    (
        "姓名",
        re.compile(
            rf"姓名|^名字$|曾用名|法人代表$|^法人$|户主$|^({_ROLES})人(名字|名称|信息)?$|({_ROLES})人$|^(xm|xingming|lxr)$"
        ),
    ),
    (
        "住址",
        re.compile(
            r"住址|门牌|户籍地|居住地$|现住地|房号$|(?<!单位)(?<!企业)(?<!公司)(?<!项目)(?<!机构)(?<!网络)(?<!ip)地址$|^(jtzz|hjdz|xzz)$"
        ),
    ),
    ("民族", re.compile(r"^民族|民族(成份|成分|名称)?$")),
    ("宗教信仰", re.compile(r"宗教信仰|^宗教$|信仰$|教派$")),
    ("政治面貌", re.compile(r"政治面貌|是否党员|^党派$")),
    ("出生日期", re.compile(r"出生(日期|年月|年月日)|^生日$")),
    ("银行账号", re.compile(r"银行(卡|账|帐)(号|户)")),
)

_PEOPLE = frozenset(
    "first last full given family middle maiden victim suspect complainant contact person owner applicant caller "
    "officer patient offender witness resident tenant landlord employee customer client user citizen requester petitioner "
    "driver reporter".split()
)
_LAST_WORDS = {
    "firstname": "姓名", "lastname": "姓名", "fullname": "姓名", "surname": "姓名", "username": "姓名",
    "phone": "电话", "telephone": "电话", "mobile": "电话", "cellphone": "电话", "tel": "电话", "email": "电话", "wechat": "电话",
    "ssn": "身份证号", "passport": "身份证号", "idcard": "身份证号",
    "ethnicity": "民族", "race": "民族", "religion": "宗教信仰",
    "dob": "出生日期", "birthday": "出生日期", "birthdate": "出生日期",
}  # fmt: skip
_PHRASES = {
    ("id", "card"): "身份证号", ("identity", "card"): "身份证号", ("national", "id"): "身份证号", ("identity",): "身份证号",
    ("date", "of", "birth"): "出生日期", ("birth", "date"): "出生日期",
    ("political", "affiliation"): "政治面貌", ("ethnic", "group"): "民族",
}  # fmt: skip
_NUMBER_WORDS = ("number", "no", "num")


def personal_name(column: str) -> str | None:
    """What a column of this name holds about a person (姓名, 电话, 身份证号, 住址, 民族 …); NULL (None) when it is no such column.

    Knows Chinese, pinyin abbreviations of office systems (XM, SFZH, LXDH) and English. Names of things are fine:
    项目名称, 单位名称, 小区名称, ``Neighborhood Name``, and so are counts of people: 受害人数, 信访人次.
    """
    text = unicodedata.normalize("NFKC", column).strip()
    squeezed = re.sub(r"[\s_\-]+|\(.*?\)|\[.*?\]|\*", "", text.lower())
    for told, pattern in _CHINESE:
        if pattern.search(squeezed):
            return told
    return _english(text)


def _english(text: str) -> str | None:
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]
    if words == ["id", "number"]:
        return "身份证号"
    while len(words) > 1 and words[-1] in _NUMBER_WORDS:
        words.pop()
    if not words:
        return None
    if words[-1] in _LAST_WORDS:
        return _LAST_WORDS[words[-1]]
    for phrase, told in _PHRASES.items():
        if tuple(words[-len(phrase) :]) == phrase:
            return told
    if words[-1] in ("name", "names") and (len(words) == 1 or words[-2] in _PEOPLE):
        return "姓名"
    if words[-1] == "address" and not {"ip", "web", "network"} & set(words):
        return "住址"
    return None
