"""Mail, against a real server on the loopback: one that takes, that refuses, that takes and drops, that never answers."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess

import pytest

from tests.delivery.county import NIGHT, book, folder
from tests.delivery.post_office import PostOffice, known, opened


@pytest.fixture(scope="module")
def running():
    office = PostOffice()
    server = opened(office)
    yield office, server.port
    server.stop(no_assert=True)


@pytest.fixture
def office(running):
    running[0].__init__()
    return running[0]


@pytest.fixture
def mail(running):
    def channel(**more):
        return {
            "id": "mail", "kind": "mail", "server": "127.0.0.1", "port": running[1], "security": "none",
            "from": "zongzhi@example.gov.cn", "to": {"fanzha": "fanzha@example.gov.cn"}, **more,
        }  # fmt: skip

    return channel


def state(here):
    return here.rows("SELECT status, tries, doubtful FROM delivery.message WHERE channel = 'mail'")


def test_a_unit_gets_the_digest_in_the_body_and_its_list_enclosed(here, clock, office, mail):
    assert here.deliver(book(mail()), clock, NIGHT).sent == 1
    [letter] = office.taken
    assert letter["Subject"] == f"反诈中心 {NIGHT} 预警办理清单"
    assert (letter["From"], letter["To"]) == ("zongzhi@example.gov.cn", "fanzha@example.gov.cn")
    assert letter["Date"].datetime.isoformat() == "2026-07-01T08:00:00+08:00"
    body = letter.get_body(("plain",))
    assert body is not None and "在办 1 件：红 1（等级为内部工作等级）" in body.get_content()
    [enclosed] = letter.iter_attachments()
    assert enclosed.get_filename() == f"反诈中心预警清单_{NIGHT}.xlsx"
    assert enclosed.get_content() == "清单1".encode()


def test_the_message_id_is_that_of_the_message_and_the_same_every_time(here, clock, office, mail):
    office.manner = "busy"
    rules = book(mail())
    here.deliver(rules, clock, NIGHT)
    office.manner = "take"
    clock.later(minutes=10)
    assert here.deliver(rules, clock).sent == 1
    [(id_,)] = here.rows("SELECT id FROM delivery.message")
    assert {letter["Message-ID"] for letter in office.seen} == {f"<{id_.lower()}@example.gov.cn>"}
    assert state(here) == [("已送", 2, False)]
    assert "X-Riskengine-Again" not in office.taken[0]


@pytest.mark.parametrize(
    ("manner", "says"),
    [
        ("refuse", "答 550：content refused"),
        ("busy", "答 451：try again later"),
        ("no-recipient", "答 550：no such mailbox"),
    ],
)
def test_a_server_that_refuses_has_surely_not_taken_it(here, clock, office, mail, manner, says):
    office.manner = manner
    run = here.deliver(book(mail()), clock, NIGHT)
    assert run.failed == 1 and says in run.told[0]
    assert state(here) == [("待重试", 1, False)]


@pytest.mark.parametrize(("manner", "failed"), [("full", 1), ("no-recipient", 3)])
def test_a_server_that_has_enough_is_left_alone_but_one_mailbox_that_is_not_there_stops_no_other(
    here, clock, office, mail, manner, failed
):
    office.manner = manner
    run = here.deliver(book(mail(to={"*": "fanzha@example.gov.cn"})), clock, NIGHT)
    assert (run.failed, run.waiting) == (failed, 3 - failed)


@pytest.mark.parametrize(("manner", "says"), [("drop", "断开了连接"), ("silent", "0.3 秒没有应答")])
def test_a_server_that_takes_the_text_and_does_not_answer_leaves_a_doubt_and_gets_it_again(
    here, clock, office, mail, manner, says
):
    office.manner = manner
    run = here.deliver(book(mail(timeout=0.3 if manner == "silent" else 20)), clock, NIGHT)
    assert says in run.told[0] and "是否收下无法得知" in run.told[0]
    assert state(here) == [("待重试", 1, True)]
    office.manner = "take"
    clock.later(minutes=10)
    here.deliver(book(mail()), clock)
    first, second = office.seen
    assert first["Message-ID"] == second["Message-ID"]
    assert second["X-Riskengine-Again"] == "yes" and "X-Riskengine-Again" not in first
    assert state(here) == [("已送", 2, True)]


def test_a_server_that_is_not_there_delays_its_channel_alone(here, clock, mail):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = mail(port=taken.getsockname()[1])
        run = here.deliver(book(gone, folder()), clock, NIGHT)
    assert (run.sent, run.failed) == (3, 1)
    assert state(here) == [("待重试", 1, False)]


def test_a_server_that_says_nothing_at_all_is_left_after_its_time(here, clock, mail):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        run = here.deliver(book(mail(port=mute.getsockname()[1], timeout=0.3)), clock, NIGHT)
    assert "0.3 秒没有应答" in run.told[0] and state(here) == [("待重试", 1, False)]


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A certificate for 127.0.0.1, made by openssl as an office would."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    at = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", at / "key.pem", "-out", at / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return at


@pytest.fixture
def guarded(papers):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers / "cert.pem", papers / "key.pem")
    office = PostOffice()
    server = opened(
        office,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=known(b"riskengine", b"Xq7-hidden"),
    )
    yield office, server.port
    server.stop(no_assert=True)


@pytest.mark.parametrize(
    ("password", "sent", "says"), [("Xq7-hidden", 1, ""), ("Zz9-mistyped", 0, "不认账号或密码（535）")]
)
def test_it_signs_in_under_starttls_and_the_password_stands_nowhere(
    here, clock, mail, guarded, papers, monkeypatch, password, sent, says
):
    monkeypatch.setenv("SSL_CERT_FILE", str(papers / "cert.pem"))
    monkeypatch.setenv("RISKENGINE_TEST_PASSWORD", password)
    login = mail(port=guarded[1], security="starttls", user="riskengine", password="env:RISKENGINE_TEST_PASSWORD")
    run = here.deliver(book(login), clock, NIGHT)
    assert run.sent == sent and says in "".join(run.told)
    assert len(guarded[0].taken) == sent
    for file in here.root.rglob("*"):
        assert not file.is_file() or password.encode() not in file.read_bytes()


def test_a_certificate_that_nobody_vouches_for_is_no_server_of_ours(here, clock, mail, guarded):
    run = here.deliver(book(mail(port=guarded[1], security="starttls")), clock, NIGHT)
    assert run.failed == 1 and "证书通不过" in run.told[0] and guarded[0].seen == []
