"""The schedule fires. With other versions of Prefect's dependencies everything starts and nothing is ever scheduled, silently."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from flows.server import free_port
from riskengine.cli.clock import last_whole_day
from tests.flows.conftest import ROOT, delivered

PATIENCE = 240  # seconds; on a quiet machine it takes 20 to 80


def flow_runs(port):
    """All runs that the server knows, none while it is not up."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/flow_runs/filter", data=b"{}", headers={"content-type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return json.load(answer)
    except (urllib.error.URLError, OSError):
        return []


def test_a_real_server_runs_a_scheduled_night_to_its_end(county, tmp_path):
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    said = (tmp_path / "serve.log").open("w+", encoding="utf-8")
    serving = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "flows.serve",
            "--workspace",
            str(county.root),
            "--port",
            str(port),
            "--cron",
            "* * * * *",
        ],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
    )
    ended = []
    try:
        deadline = time.monotonic() + PATIENCE
        while not ended and time.monotonic() < deadline and serving.poll() is None:
            time.sleep(1)
            ended = [run for run in flow_runs(port) if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED"}]
    finally:
        serving.send_signal(signal.SIGINT)
        try:
            serving.wait(timeout=60)
        except subprocess.TimeoutExpired:
            serving.kill()
        said.seek(0)
        log = said.read()
    assert ended, log[-3000:]
    run = ended[0]
    assert run["state_type"] == "COMPLETED", log[-3000:]
    assert run["auto_scheduled"], "a run started by hand would prove nothing"
    night = last_whole_day()
    assert run["name"] == f"夜间研判-{night}"
    assert "index.html" in delivered(county, night.isoformat())
