"""Addresses and passwords that stand in the environment: read when something is sent, written nowhere."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, quote, urlsplit

from riskengine.model.deliveries import Channel

__all__ = ["hidden", "missing", "revealed"]

_ENV = "env:"


def revealed(written: str) -> str:
    """The value behind ``env:NAME``, empty where it is not set; anything else as it is written."""
    return os.environ.get(written.removeprefix(_ENV), "").strip() if written.startswith(_ENV) else written


def missing(channel: Channel, address: str) -> tuple[str, ...]:
    """Names of the environment variables that a message to ``address`` needs and nobody has set."""
    asked = (address, channel.server, channel.sender, channel.user, channel.password, channel.secret)
    return tuple(each.removeprefix(_ENV) for each in asked if each and each.startswith(_ENV) and not revealed(each))


def hidden(text: str, channel: Channel, address: str) -> str:
    """``text`` with everything that stands in the environment made unreadable, whole or in part: a library's own words may quote it."""
    for written in (address, channel.password, channel.secret, channel.user):
        if written and written.startswith(_ENV) and (value := revealed(written)):
            for part in sorted(_parts(value), key=len, reverse=True):
                text = text.replace(part, "***")
    return text


def _parts(value: str) -> set[str]:
    split = urlsplit(value) if "://" in value else None
    found = {value}
    if split is not None:
        found |= {each for _, each in parse_qsl(split.query)}
        found |= {each for each in split.path.split("/") if len(each) >= 8}
        found |= {split.query, split.path} if len(split.path) > 8 else {split.query}
    found |= {quote(each, safe="") for each in found}
    return {each for each in found if len(each) >= 4}
