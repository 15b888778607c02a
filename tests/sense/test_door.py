"""Nothing about a person comes in: by the name of a column, by the content of a cell; and numbers of matters are no
persons.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskengine.contracts.personal import personal_name
from riskengine.errors import SourceBroken
from riskengine.sense.door import screen
from riskengine.sense.header import Note
from tests.sense.desk import HEADER, Desk, open_desk, source

AS_OF = date(2026, 6, 30)
WIDE = "０１２３４５６７８９Ｘ"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as one:
        yield one


def identity(day: str = "19900307", serial: str = "851", *, right: bool = True) -> str:
    """A number of the right form for nobody: the area 990100 does not exist."""
    digits = f"990100{day}{serial}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return digits + "10X98765432"[(remainder + (not right)) % 11]


def mobile(seed: int = 0) -> str:
    return f"1{random.Random(seed).choice('3456789')}{random.Random(seed + 1).randrange(10**9):09d}"


def screened(desk: Desk, summaries: Sequence[str], keys: Sequence[str] | None = None) -> tuple[Note, ...]:
    wanted = source(fields={**_fields(), "summary": {"column": "简要情况"}})
    rows = [
        f'{key},2026-03-01,清溪镇,盗窃,"{summary}"\n'
        for key, summary in zip(keys or [f"A{n}" for n in range(len(summaries))], summaries, strict=True)
    ]
    report = desk.text(f"{HEADER},简要情况\n{''.join(rows)}", wanted=wanted)
    assert report.rows_read == len(summaries)
    return screen(desk.con, wanted, as_of=AS_OF, name="表.csv")


def _fields() -> dict[str, dict[str, str]]:
    return {
        name: {"column": column}
        for name, column in (("key", "编号"), ("occurred_on", "发现日期"), ("place", "所属镇"), ("category", "类别"))
    }


WIDER = str.maketrans("0123456789X", WIDE)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (f"当事人{identity()}到场", "身份证号码"),
        (identity().translate(WIDER), "身份证号码"),
        (f"证件 {identity()[:6]} {identity()[6:14]} {identity()[14:]}", "身份证号码"),
        (" ".join(identity()), "身份证号码"),
        (f"{identity(serial='000')}、{identity(serial='851')}", "身份证号码"),
        (f"A{identity()}", "身份证号码"),
        (f"{identity(right=False)} {identity()}", "身份证号码"),
        (f"联系{mobile()}。", "手机号码"),
        (f"电话:{mobile()[:3]}-{mobile()[3:7]}-{mobile()[7:]}", "手机号码"),
        (f"+86 {mobile()}", "手机号码"),
        (mobile().translate(WIDER), "手机号码"),
    ],
)
def test_a_row_with_a_personal_number_in_its_text_is_refused(desk: Desk, cell: str, told: str) -> None:
    assert screened(desk, ["无", cell, "无"]) == ()
    assert [row[0] for row in desk.raw()] == [2, 4]
    assert desk.bad() == [(3, "简要情况", f"「简要情况」含{told}，请删去后重报")]


@pytest.mark.parametrize(
    "cell",
    [
        identity(right=False),
        identity("19901332"),
        f"合同号{identity()}7",
        "20260301102311",
        "2026-03-01 10:23:11 至 2026-03-02 10:23:11",
        f"订单2026{mobile()}",
        "金额12345678901元",
        "0871-65123456",
    ],
)
def test_other_long_numbers_are_fine(desk: Desk, cell: str) -> None:
    assert screened(desk, ["无", cell]) == ()
    assert (len(desk.raw()), desk.bad()) == (2, [])


def test_a_column_full_of_them_is_emptied_and_its_rows_stay(desk: Desk) -> None:
    notes = screened(desk, [f"来电{mobile(n)}" for n in range(6)] + ["无"] * 6)
    assert notes == (
        Note("personal-column", "表.csv：列“简要情况”多处含手机号码，整列没有读入。请今后不要报送这一列。"),
    )
    assert (len(desk.raw()), desk.bad()) == (12, [])
    assert desk.con.execute('SELECT count("简要情况") FROM raw').fetchall() == [(0,)]


def test_a_key_of_identity_numbers_refuses_the_file(desk: Desk) -> None:
    with pytest.raises(SourceBroken) as broken:
        screened(desk, ["无"] * 20, [identity(serial=f"{n:03d}") for n in range(20)])
    assert str(broken.value) == (
        "表.csv：列“编号”填的是身份证号码，属于个人信息，整个文件没有读入。请改用业务编号后重报。"
    )


def test_matter_numbers_of_area_day_and_serial_are_no_persons(desk: Desk) -> None:
    """One in eleven passes the checksum by chance."""
    days = [(date(2026, 1, 1) + timedelta(n)).strftime("%Y%m%d") for n in range(180)]
    keys = [f"990100{day}{1000 + n}" for n, day in enumerate(days)]
    assert any(key == identity(key[6:14], key[14:17]) for key in keys)
    assert screened(desk, ["无"] * 180, keys) == ()
    assert (len(desk.raw()), desk.bad()) == (180, [])


def test_a_single_matter_number_that_passes_by_chance_is_no_person(desk: Desk) -> None:
    assert screened(desk, ["无"], [identity("20260305", "001")]) == ()
    assert len(desk.raw()) == 1


def test_an_identity_number_among_the_keys_is(desk: Desk) -> None:
    screened(desk, ["无"] * 3, ["XF2026-0001", identity(), "XF2026-0003"])
    assert desk.bad() == [(3, "编号", "「编号」含身份证号码，请删去后重报")]


def test_eleven_digit_serials_as_keys_are_no_telephones(desk: Desk) -> None:
    assert screened(desk, ["无"] * 50, [f"{13020260000 + n}" for n in range(50)]) == ()
    assert len(desk.raw()) == 50


def test_telephones_as_keys_refuse_the_file(desk: Desk) -> None:
    with pytest.raises(SourceBroken, match="列“编号”填的是手机号码"):
        screened(desk, ["无"] * 20, [mobile(n) for n in range(20)])


def test_no_value_is_left_anywhere(desk: Desk) -> None:
    screened(desk, ["无", f"身份证{identity()}"])
    tables = [row[0] for row in desk.con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()]
    assert sorted(tables) == ["raw", "raw_bad"]
    for table in tables:
        assert identity() not in str(desk.con.execute(f"SELECT * FROM {table}").fetchall())


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("姓名", "姓名"), ("报警人姓名", "姓名"), ("姓 名（必填）", "姓名"), ("联系人", "姓名"), ("当事人", "姓名"), ("法人代表", "姓名"), ("XM", "姓名"),
        ("身份证号码", "身份证号"), ("证件号码", "身份证号"), ("公民身份号码", "身份证号"), ("SFZH", "身份证号"),
        ("联系电话", "电话"), ("手机号", "电话"), ("电话", "电话"), ("联系方式", "电话"), ("手机1", "电话"),
        ("家庭住址", "住址"), ("门牌号", "住址"), ("户籍地址", "住址"), ("地址", "住址"),
        ("民族", "民族"), ("宗教信仰", "宗教信仰"), ("政治面貌", "政治面貌"), ("出生日期", "出生日期"),
        ("name", "姓名"), ("Victim Name", "姓名"), ("firstName", "姓名"), ("Phone Number", "电话"), ("contact_phone", "电话"),
        ("id_card", "身份证号"), ("ID Number", "身份证号"), ("Street Address", "住址"), ("Ethnicity", "民族"), ("religion", "宗教信仰"),
    ],
)  # fmt: skip
def test_columns_that_are_personal_by_name(column: str, told: str) -> None:
    assert personal_name(column) == told


@pytest.mark.parametrize(
    "column",
    [
        "项目名称", "单位名称", "地区名称", "小区名称", "受害人数", "涉及人数", "信访人次", "少数民族人数", "责任单位", "填报岗位", "案发地点", "单位地址",
        "电话诈骗起数", "电话接通率", "诈骗渠道", "编号", "类别", "名称", "填报单位", "负责人数", "手机诈骗案件数", "证件类型", "民警数",
        "Neighborhood Name", "project_name", "file name", "Service Request Number", "id", "Case ID", "Ward",
        "Fraud and Cybercrime Thematic Categories", "Number of Victims", "Complaint Received Type", "Community Area",
    ],
)  # fmt: skip
def test_columns_that_are_not(column: str) -> None:
    assert personal_name(column) is None
