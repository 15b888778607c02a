"""The night as a Prefect flow, with Prefect's own temporary server: the same lists, a notice when it fails, no Prefect no matter."""

from datetime import date

from riskengine.night import run_night
from tests.flows.conftest import build, delivered

NOBODY = "http://127.0.0.1:9/api"
"""Where no server listens."""

DELIVERIES = """
channels:
  - {id: folder, kind: folder, to: {county: data/delivered, "*": data/delivered}}
  - {id: group, kind: wecom, send: [digest], to: {county: env:RISKENGINE_TEST_ABSENT}}
"""


def test_flow_and_command_give_identical_lists(tmp_path, command):
    plain, flown = build(tmp_path / "plain"), build(tmp_path / "flown")
    for workspace in (plain, flown):
        (workspace.rules / "deliveries.yaml").write_text(DELIVERIES, encoding="utf-8")
    by_command = command("riskengine", "run", "--as-of", "2026-06-30", "--workspace", str(plain.root))
    by_flow = command("flows.nightly", "--as-of", "2026-06-30", "--workspace", str(flown.root), timeout=240)
    assert (by_command.returncode, by_flow.returncode) == (0, 0), by_flow.stderr
    lists = delivered(flown, "2026-06-30")
    assert lists == delivered(plain, "2026-06-30")
    assert {"index.html", "warnings.jsonl", "全县清单.xlsx"} <= set(lists)
    assert "[4/4] 评估反馈 完成" in by_flow.stderr
    assert "没能工作" not in by_flow.stderr
    assert "leaked" not in by_flow.stderr, "an operator's last lines are about the night"
    assert "没送到 1 件" in by_flow.stderr, "a channel that is down is told, and the night's exit code is 0"
    assert len(list((flown.root / "data" / "delivered").iterdir())) == 3
    assert not (plain.root / "data" / "delivered").exists(), "the command runs the night; riskengine deliver delivers"
    assert (flown.root / ".prefect" / "prefect.db").exists(), "Prefect's state stays inside the workspace"

    again = command("flows.nightly", "--as-of", "2026-06-30", "--workspace", str(flown.root), timeout=240)
    assert again.returncode == 0
    assert "已经运行过，没有再做任何改动" in again.stderr


def test_a_failed_night_leaves_a_sentence_that_goes_when_it_succeeds(county, command):
    rule = county.rules / "warnings" / "fraud" / "surge.yaml"
    good = rule.read_text(encoding="utf-8")
    rule.write_text(good.replace("when:", "wenn:"), encoding="utf-8")
    run = ("flows.nightly", "--as-of", "2026-06-30", "--workspace", str(county.root))
    failed = command(*run, timeout=240)
    notice = county.outbox / "FAILED-2026-06-30.txt"
    assert failed.returncode == 3
    assert "Traceback" not in failed.stderr
    assert "未知字段" in notice.read_text(encoding="utf-8")
    assert "riskengine run --as-of 2026-06-30" in notice.read_text(encoding="utf-8")

    rule.write_text(good, encoding="utf-8")
    assert command(*run, PREFECT_API_URL=NOBODY).returncode == 0
    assert not notice.exists()


def test_without_a_prefect_server_the_night_runs_all_the_same(tmp_path, command):
    plain, cut_off = build(tmp_path / "plain"), build(tmp_path / "cut-off")
    for workspace in (plain, cut_off):
        run_night(workspace, date(2026, 6, 29))
    run = command("flows.nightly", "--as-of", "2026-06-30", "--workspace", str(cut_off.root), PREFECT_API_URL=NOBODY)
    assert run.returncode == 0, run.stderr
    assert "Prefect 没能工作" in run.stderr
    assert command("riskengine", "run", "--as-of", "2026-06-30", "--workspace", str(plain.root)).returncode == 0
    assert delivered(cut_off, "2026-06-30") == delivered(plain, "2026-06-30")
