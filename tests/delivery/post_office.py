"""A real SMTP server on the loopback that behaves as it is told, and keeps what it took."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class PostOffice:
    """``manner``: take (answers 250), refuse (550), busy (451), drop (takes the text, breaks the connection), silent (never answers the
    text), no-recipient, full (452). ``taken``: what was answered with 250; ``seen``: every text that came in whole, whatever the answer.
    """

    def __init__(self, manner: str = "take") -> None:
        self.manner = manner
        self.taken: list[EmailMessage] = []
        self.seen: list[EmailMessage] = []
        self.before_answer: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.manner == "no-recipient":
            return "550 no such mailbox"
        if self.manner == "full":
            return "452 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.seen.append(message)
        self.before_answer()
        if self.manner == "drop":
            server.transport.abort()
            return "250 never heard"
        if self.manner == "silent":
            await asyncio.sleep(30)
        if self.manner in ("refuse", "busy"):
            return "550 content refused" if self.manner == "refuse" else "451 try again later"
        self.taken.append(message)
        return "250 OK"


def known(user: bytes, password: bytes) -> Callable[..., AuthResult]:
    """Lets in who says ``user`` and ``password``."""

    def ask(server: Any, session: Any, envelope: Any, mechanism: str, said: Any) -> AuthResult:
        good = isinstance(said, LoginPassword) and (said.login, said.password) == (user, password)
        return AuthResult(success=good, handled=False)

    return ask


def opened(office: PostOffice, **how: Any) -> Controller:
    """The server, started on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(office, hostname="127.0.0.1", port=port, **how)
    server.start()
    return server
