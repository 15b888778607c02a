"""Group robots, against a local HTTP server that answers as the platforms do: 200 and an error code is a failure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from riskengine.delivery.send import PACE, Pace
from tests.delivery.county import NIGHT, book, warn_many

TOKEN = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
OK = {
    "wecom": '{"errcode":0,"errmsg":"ok"}',
    "dingtalk": '{"errcode":0,"errmsg":"ok"}',
    "feishu": '{"code":0,"msg":"success"}',
}


class Group(BaseHTTPRequestHandler):
    """Answers with ``status`` and ``answer`` after ``after`` seconds; keeps address and body."""

    status, answer, after = 200, "{}", 0.0
    seen: list[tuple[str, dict]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Group.seen.append((self.path, json.loads(body)))
        time.sleep(Group.after)
        self.send_response(Group.status)
        if Group.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(Group.answer.encode())

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture(scope="module")
def host():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Group)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def group(host, monkeypatch):
    monkeypatch.setenv("RISKENGINE_TEST_ROBOT", f"{host}/cgi-bin/webhook/send?key={TOKEN}")
    monkeypatch.setenv("RISKENGINE_TEST_SECRET", "SECthis")
    Group.status, Group.answer, Group.after, Group.seen = 200, OK["wecom"], 0.0, []
    return Group


def robot(kind="wecom", to="fanzha", **more):
    return {"id": "group", "kind": kind, "send": ["digest"], "to": {to: "env:RISKENGINE_TEST_ROBOT"}, **more}


def state(here):
    return here.rows("SELECT status, tries, doubtful FROM delivery.message")


@pytest.mark.parametrize(
    ("kind", "text_of"),
    [
        ("wecom", lambda said: said["markdown"]["content"]),
        ("dingtalk", lambda said: said["markdown"]["text"]),
        ("feishu", lambda said: said["content"]["text"]),
    ],
)
def test_each_platform_gets_the_digest_in_its_own_form(here, clock, group, kind, text_of):
    group.answer = OK[kind]
    assert here.deliver(book(robot(kind)), clock, NIGHT).sent == 1
    [(path, said)] = group.seen
    assert path == f"/cgi-bin/webhook/send?key={TOKEN}"
    assert text_of(said).startswith("反诈中心　2026-06-30 办理提示")
    assert said.get("msgtype", said.get("msg_type")) == ("text" if kind == "feishu" else "markdown")


@pytest.mark.parametrize(
    ("kind", "answer", "says"),
    [
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}', "错误码 93000：机器人的地址不对"),
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}', "错误码 310000：不合机器人的安全设置"),
        ("feishu", '{"code":19024,"msg":"Key Words Not Found"}', "错误码 19024：没有机器人要求的关键词"),
        ("wecom", '{"errcode":40058,"errmsg":"content too long"}', "错误码 40058：content too long"),
    ],
)
def test_an_error_code_under_http_200_is_not_delivered(here, clock, group, kind, answer, says):
    group.answer = answer
    run = here.deliver(book(robot(kind)), clock, NIGHT)
    assert run.sent == 0 and says in run.told[0]
    assert state(here) == [("待重试", 1, False)]
    group.answer = OK[kind]
    clock.later(minutes=10)
    assert here.deliver(book(robot(kind)), clock).sent == 1


@pytest.mark.parametrize(
    ("status", "answer", "after", "doubtful", "says"),
    [
        (502, "", 0, False, "HTTP 502"),
        (302, "", 0, False, "HTTP 302"),
        (200, "<html>请先登录</html>", 0, True, "应答看不懂"),
        (200, "[]", 0, True, "应答看不懂"),
        (200, OK["wecom"], 0.5, True, "0.2 秒没有应答"),
    ],
)
def test_other_answers_delay_and_say_whether_it_may_have_arrived(
    here, clock, group, status, answer, after, doubtful, says
):
    group.status, group.answer, group.after = status, answer, after
    run = here.deliver(book(robot(timeout=0.2 if after else 20)), clock, NIGHT)
    assert says in run.told[0] and state(here) == [("待重试", 1, doubtful)]


@pytest.mark.parametrize(("status", "waiting"), [(429, 2), (404, 0)])
def test_a_platform_that_has_enough_is_left_alone_and_a_wrong_address_is_one_messages_own(
    here, clock, group, status, waiting
):
    group.status = status
    run = here.deliver(book(robot(to="*")), clock, NIGHT)
    assert (run.failed, run.waiting) == (3 - waiting, waiting)


def test_what_may_have_arrived_is_sent_again_and_says_so(here, clock, group):
    group.answer = "?"
    here.deliver(book(robot()), clock, NIGHT)
    group.answer = OK["wecom"]
    clock.later(minutes=10)
    assert here.deliver(book(robot()), clock).sent == 1
    [(id_,)] = here.rows("SELECT id FROM delivery.message")
    texts = [said["markdown"]["content"] for _, said in group.seen]
    assert texts[1].startswith(f"（重发，{id_} 此前可能已送到）") and "重发" not in texts[0]


def test_dingtalk_and_feishu_are_signed_with_the_secret(here, clock, group):
    secret = "env:RISKENGINE_TEST_SECRET"
    here.deliver(book(robot("dingtalk", secret=secret)), clock, NIGHT)
    query = parse_qs(urlsplit(group.seen[0][0]).query)
    [when], [sign] = query["timestamp"], query["sign"]
    told = hmac.new(b"SECthis", f"{when}\nSECthis".encode(), hashlib.sha256).digest()
    assert base64.b64decode(sign) == told and when == "1782864000000"
    group.answer = OK["feishu"]
    clock.later(minutes=10)
    here.deliver(book(robot("feishu", secret=secret) | {"id": "other"}), clock, NIGHT)
    said = group.seen[1][1]
    told = hmac.new(f"{said['timestamp']}\nSECthis".encode(), b"", hashlib.sha256).digest()
    assert base64.b64decode(said["sign"]) == told


def test_the_token_is_neither_in_the_database_nor_in_what_is_told_or_logged(here, clock, group, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    group.answer = json.dumps({"errcode": 1, "errmsg": f"no robot with key {TOKEN}"})
    run = here.deliver(book(robot()), clock, NIGHT)
    assert run.told == ["group：机器人没有发出，平台答错误码 1：no robot with key ***。"]
    monkeypatch.setenv("RISKENGINE_TEST_ROBOT", f"mailto:{TOKEN}")
    clock.later(hours=1)
    assert "不是网址" in here.deliver(book(robot()), clock).told[0]
    assert TOKEN not in caplog.text
    for file in here.root.rglob("*"):
        assert not file.is_file() or TOKEN.encode() not in file.read_bytes()


@pytest.mark.parametrize(("kind", "room"), [("wecom", 4096), ("dingtalk", 20_000), ("feishu", 20_480)])
def test_a_long_night_is_cut_to_what_the_platform_takes_and_counts_the_rest(here, clock, group, kind, room):
    warn_many(here.con, 100, 299, "fanzha", name="<@all> [领奖](http://example.com) 清溪镇")
    group.answer = OK[kind]
    here.deliver(book(robot(kind)), clock, NIGHT)
    said = group.seen[0][1]
    text = (said.get("markdown") or said["content"]).get("content") or (said.get("markdown") or said["content"])["text"]
    assert len((text if kind == "wecom" else json.dumps(said, ensure_ascii=False)).encode()) <= room
    shown = text.count("YJ-2026-")
    assert f"其余 {201 - shown} 件见清单。" in text and shown > 10
    assert "<@" not in text and "](http" not in text


def test_a_platform_is_given_a_rest_after_as_many_as_it_takes_in_a_minute(here, clock, group):
    """What never leaves this machine, here for a unit that has no address any more, is not counted."""
    rests = []
    here.con.execute(
        """INSERT INTO delivery.message (id, as_of, channel, kind, unit, "to", address, subject, text, files, sha256, status, tries,
          queued_at, next_at, doubtful)
        SELECT 'SD-' || unit || n, day::DATE, 'group', 'wecom', unit, '', '', 's', 't', '{}', '', '待送', 0, $1, $1, FALSE
        FROM range(3) AS r(n), (VALUES ('2026-06-28', 'gone'), ('2026-06-29', 'fanzha')) AS v(day, unit)""",
        [clock.now],
    )
    run = here.deliver(book(robot()), clock, pace=Pace(2, 60.0, rests.append))
    assert (run.sent, run.failed) == (3, 3) and "不再送给" in run.told[0]
    assert rests == [60.0] and PACE.burst == 20
