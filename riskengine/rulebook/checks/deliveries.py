"""What ``rules/deliveries.yaml`` may not say: addresses that lead nowhere, and anything secret in a file that people share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from riskengine.errors import Problem
from riskengine.model.deliveries import COUNTY, EVERY_UNIT, Channel, Deliveries
from riskengine.model.noun import Noun
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_deliveries"]

_ENV = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_MAILBOX = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+|[^\s@<>,;\"]+@localhost")
_ROBOTS = ("wecom", "dingtalk", "feishu")
_OURS = ("rules", "data/inbox", "data/outbox", "data/sealed", "data/audit", "data/.scratch")
_ONLY_MAIL = ("server", "port", "security", "sender", "user", "password")
_CHINESE = {"folder": "文件夹", "mail": "邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}


def check_deliveries(entries: Entries) -> Iterator[Problem]:
    """Problems of ``deliveries.yaml`` that show beside the other files."""
    entry = entries.settings.get("deliveries")
    if entry is None or not isinstance(entry.model, Deliveries):
        return
    seen: set[str] = set()
    for number, channel in enumerate(entry.model.channels):
        at = ("channels", number)
        if channel.id in seen:
            yield entry.problem((*at, "id"), "E501", f"渠道“{channel.id}”写了两次。请换一个编号。")
        seen.add(channel.id)
        found = [*_keys(entry, at, channel), *_names(entries, entry, at, channel), *_addresses(entry, at, channel)]
        yield from found


def _keys(entry: Entry[Noun], at: tuple[str | int, ...], channel: Channel) -> Iterator[Problem]:
    """Keys that the kind asks for, and those that it has no use for."""
    kind = _CHINESE[channel.kind]
    if channel.kind == "mail":
        for key, name, what in (("server", "server", "邮件服务器"), ("sender", "from", "发件邮箱")):
            if getattr(channel, key) is None:
                yield entry.problem(at, "E941", f"邮件渠道“{channel.id}”没有写 {name}（{what}）。请补上。")
        if (channel.user is None) != (channel.password is None):
            yield entry.problem(at, "E941", f"邮件渠道“{channel.id}”的 user 和 password 要写就一起写。请补上另一个。")
        if channel.password is not None and channel.security == "none":
            message = "不加密的邮件不能带密码登录：密码会在网上明文传送。请改用 starttls 或 tls。"
            yield entry.problem((*at, "security"), "E941", message)
        if channel.sender is not None and not _MAILBOX.fullmatch(channel.sender) and not _is_env(channel.sender):
            message = f"“{channel.sender}”不是邮箱。请写成 zongzhi@example.gov.cn 的样子，或 env:环境变量名。"
            yield entry.problem((*at, "from"), "E942", message)
    else:
        for key in _ONLY_MAIL:
            if getattr(channel, key) is not None:
                name = "from" if key == "sender" else key
                yield entry.problem((*at, name), "E941", f"{name} 只用于邮件，“{channel.id}”是{kind}。请删去 {name}。")
    if channel.secret is not None and channel.kind not in ("dingtalk", "feishu"):
        message = f"secret（加签密钥）只用于钉钉和飞书，“{channel.id}”是{kind}。请删去 secret。"
        yield entry.problem((*at, "secret"), "E941", message)
    if channel.kind in _ROBOTS and "send" in channel.model_fields_set and channel.send != ("digest",):
        message = "群机器人只能送摘要，清单和公文请用邮件或文件夹送。请写 send: [digest]。"
        yield entry.problem((*at, "send"), "E941", message)
    for name in ("password", "secret"):
        written = getattr(channel, name)
        if written is not None and not _is_env(written):
            message = (
                f"密钥不能写在规则文件里（谁都看得到）。请写 {name}: env:环境变量名，并在运行的机器上设置那个环境变量。"
            )
            yield entry.problem((*at, name), "E943", message)


def _names(entries: Entries, entry: Entry[Noun], at: tuple[str | int, ...], channel: Channel) -> Iterator[Problem]:
    units = [unit.model.id for unit in entries.units]
    for unit in channel.to:
        if unit not in (COUNTY, EVERY_UNIT) and unit not in units and "units" not in entries.incomplete:
            yield entry.problem((*at, "to", unit), "E701", f"未知责任单位“{unit}”{suggestion(unit, units)}")
    levels = [level.model.name for level in entries.levels]
    for number, level in enumerate(channel.levels):
        if level not in levels and "levels" not in entries.incomplete:
            yield entry.problem((*at, "levels", number), "E606", f"未知等级“{level}”{suggestion(level, levels)}")


def _addresses(entry: Entry[Noun], at: tuple[str | int, ...], channel: Channel) -> Iterator[Problem]:
    for unit, address in channel.to.items():
        where = (*at, "to", unit)
        if _is_env(address):
            continue
        if channel.kind in _ROBOTS:
            message = (
                "机器人的地址里有密钥，谁拿到谁就能往群里发消息，不能写在规则文件里。"
                "请写 env:环境变量名，并在运行的机器上设置那个环境变量。"
            )
            yield entry.problem(where, "E943", message)
        elif channel.kind == "mail" and not _MAILBOX.fullmatch(address):
            message = f"“{address}”不是邮箱。请写成 zongzhi@example.gov.cn 的样子，或 env:环境变量名。"
            yield entry.problem(where, "E942", message)
        elif channel.kind == "folder" and (told := _folder(address)):
            yield entry.problem(where, "E942", told)


def _folder(address: str) -> str:
    """What is wrong with a folder that is written down; empty where nothing is."""
    path = PurePosixPath(address.replace("\\", "/"))
    if path.is_absolute() or PureWindowsPath(address).drive:
        return f"“{address}”是某一台机器上的位置，换一台机器就不对了。请写工作区里的文件夹，或 env:环境变量名。"
    if ".." in path.parts:
        return f"“{address}”指到工作区外面去了。请写工作区里的文件夹，或 env:环境变量名。"
    if path.as_posix() in (".", "data") or any(path.as_posix() == each or path.is_relative_to(each) for each in _OURS):
        return f"“{address}”是引擎自己用的文件夹，不能往里送。请另写一个，如 data/delivered。"
    return ""


def _is_env(text: str) -> bool:
    return bool(_ENV.fullmatch(text))
