"""`riskengine deliver` and `riskengine deliveries`: what is told, and the exit codes."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from riskengine.cli.deliveries import app
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.delivery.county import NIGHT, rows

RULES = {
    "levels.yaml": "levels:\n  - {name: 红, rank: 1, code: I, colour: '#C00000', score: 80, handle_within: 1}\n"
    "  - {name: 橙, rank: 2, code: II, colour: '#ED7D31', score: 60, handle_within: 3}\n"
    "  - {name: 黄, rank: 3, code: III, colour: '#FFD966', handle_within: 7}\n",
    "units.yaml": "units:\n  - {id: fanzha, name: 反诈中心, type: line}\n  - {id: xinfang, name: 信访局, type: line}\n"
    "  - {id: town-01, name: 清溪镇人民政府, type: township}\n",
    "routes.yaml": "routes:\n  - {lead: fanzha, catch_all: true}\n",
    "places.csv": "code,name,level,parent,population,valid_from,unit,aliases\n990100,云川县,county,,,,,\n"
    "990100101,清溪镇,town,990100,,,town-01,\n",
}
SETTINGS = """
channels:
  - {id: folder, kind: folder, to: {"*": data/delivered, county: data/delivered}}
  - {id: group, kind: wecom, send: [digest], to: {county: env:RISKENGINE_TEST_ABSENT}}
drill: {day: 30}
"""


@pytest.fixture(scope="module")
def county(laid, tmp_path_factory):
    root = tmp_path_factory.mktemp("command") / "w"
    shutil.copytree(laid.root, root)
    for name, text in (RULES | {"deliveries.yaml": SETTINGS}).items():
        (root / "rules" / name).write_text(text, encoding="utf-8")
    return Workspace.at(root)


def said(county, *words):
    return CliRunner().invoke(app, [*words, "--workspace", str(county.root)])


@pytest.fixture(scope="module")
def first(county):
    return said(county, "deliver")


def test_what_was_not_delivered_is_told_and_is_the_exit_code(first):
    assert first.exit_code == 5
    assert first.stdout.splitlines() == [
        "送达：2026-06-30：新排队 5 件，送出 4 件，没送到 1 件。都不会丢，下次运行 riskengine deliver 时接着送。",
        "  group：环境变量 RISKENGINE_TEST_ABSENT 没有设置。请在运行送达的机器上设置。",
    ]


def test_a_second_time_nothing_is_new_and_what_waits_is_no_failure(county, first):
    again = said(county, "deliver", "--json")
    assert again.exit_code == 0
    told = json.loads(again.stdout)
    assert (told["queued"], told["sent"], told["failed"], told["later"]) == (0, 0, 0, 1)
    assert "1 件此前没送到，还没到再送的时候" in said(county, "deliver").stdout


def test_what_went_where_and_what_waits_and_why(county, first):
    shown = said(county, "deliveries").stdout.splitlines()
    assert shown[-1] == "共 5 件：已送 4，待重试 1。"
    assert any("反诈中心 → data/delivered  已送" in line and "试 1 次" in line for line in shown)
    [waits] = [line for line in shown if "group" in line]
    assert "env:RISKENGINE_TEST_ABSENT" in waits and "以后再送：环境变量 RISKENGINE_TEST_ABSENT 没有设置" in waits


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--open",), 1), (("--unit", "反诈中心"), 1), (("--unit", "county"), 2), (("--channel", "folder"), 4),
        (("--since", "2026-06-30"), 5), (("--as-of", "2026-06-29"), 0),
    ],
)  # fmt: skip
def test_it_can_be_asked_for_a_part(county, first, words, found):
    assert len(json.loads(said(county, "deliveries", *words, "--json").stdout)) == found


def test_json_has_each_attempt(county, first):
    [one] = json.loads(said(county, "deliveries", "--channel", "group", "--json").stdout)
    assert one["attempts"][0]["result"] == "未送达" and one["status"] == "待重试" and one["unit"] is None


def test_the_drill_is_shown_by_month(county, first):
    with connect(county.database, county.scratch) as con:
        con.execute(
            "INSERT INTO intervene.errand (as_of, id, kind, unit, says, due) VALUES ($1, 'YL-2026-06-001', '演练', 'fanzha', '', $1)",
            [NIGHT],
        )
    assert "YL-2026-06-001  反诈中心  没有签收" in said(county, "deliveries", "--drill").stdout
    assert "没有演练过" in said(county, "deliveries", "--drill", "--as-of", "2026-01-01").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("deliver", "--as-of", "2026-06-29"), "还没有运行完"),
        (("deliveries", "--unit", "反炸中心"), "是否想写“反诈中心”"),
        (("deliveries", "--drill", "--open"), "不能合用"),
        (("deliveries", "--as-of", "2026-06-30", "--since", "2026-06-30"), "不能合用"),
    ],
)
def test_a_slip_is_answered_with_a_sentence(county, first, words, says):
    done = said(county, *words)
    assert done.exit_code == 2 and says in done.stderr


def test_the_rules_that_ship_send_nothing(county, first):
    (county.rules / "deliveries.yaml").unlink()
    done = said(county, "deliver")
    assert done.exit_code == 0 and "没有启用的渠道" in done.stdout
    assert rows(county, "SELECT count(*) FROM delivery.message") == [(5,)]


def test_the_chain_of_deliveries_can_be_verified(county, first):
    whole = said(county, "deliveries", "--verify")
    assert whole.exit_code == 0 and "逐条相扣" in whole.stdout
    with connect(county.database, county.scratch) as con:
        con.execute("UPDATE delivery.message SET status = '已送' WHERE channel = 'group'")
    assert said(county, "deliveries", "--verify").exit_code == 6
