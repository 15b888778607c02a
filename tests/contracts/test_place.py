"""What offices may write for a place."""

from __future__ import annotations

import pytest

from riskengine.contracts.place import PlaceNames
from riskengine.model.duty import Place

TREE = PlaceNames(
    [
        Place(code="990100", name="云川县", level="county", parent=None),
        Place(code="990100101", name="清溪镇", level="town", parent="990100", aliases=("清溪",)),
        Place(code="990100102", name="石桥镇", level="town", parent="990100"),
        Place(code="990100101001", name="东湾村", level="village", parent="990100101"),
        Place(code="990100102001", name="东湾村", level="village", parent="990100102"),
        Place(code="990100102002", name="柳林村", level="village", parent="990100102", aliases=("柳林社区",)),
    ]
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("990100101", "990100101"),
        ("990100101000", "990100101"),
        ("清溪镇", "990100101"),
        ("清溪", "990100101"),
        ("柳林村", "990100102002"),
        ("柳林社区", "990100102002"),
        ("清溪镇东湾村", "990100101001"),
        ("清溪东湾村", "990100101001"),
        ("云川县石桥镇东湾村", "990100102001"),
        ("云川县柳林村", "990100102002"),
    ],
)
def test_a_place_is_found_by(written: str, code: str) -> None:
    assert TREE.code(written) == code


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("东湾村", "不唯一，可能是990100101001、990100102001，请填写地区代码或加上乡镇名"),
        ("青溪镇", "不在地区表里，是否想写“清溪镇”？"),
        ("990100109", "不在地区表里，是否想写“990100102”？"),
        ("火星", "不在地区表里，请核对后填写地区代码或全称"),
    ],
)
def test_a_place_is_refused_with_the_words(written: str, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:
        TREE.code(written)
    assert str(refused.value) == complaint


def test_a_file_wrong_throughout_does_not_cost_a_search_for_every_row() -> None:
    tree = PlaceNames([Place(code=str(n), name=f"第{n}镇", level="town", parent=None) for n in range(300)])
    complaints = []
    for n in range(1000):
        with pytest.raises(ValueError) as refused:
            tree.code(f"第{n}乡")
        complaints.append(str(refused.value))
    assert sum("是否想写" in complaint for complaint in complaints) == 200
