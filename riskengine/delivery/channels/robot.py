"""Group robots of 企业微信, 钉钉, 飞书: one POST of a text, and the platform's own word on what became of it.

A POST of our own (httpx), because the libraries that know these robots take HTTP 200 for delivered: the platforms answer 200 with an error
code in the body for a wrong key, a wrong signature, a word that the group does not allow, too many messages. That would lose messages
without anybody's noticing. The formats are the platforms' own documents of group robots.

A robot knows no number to drop doubles by. An attempt that was cut off is made again, with 重发 and the number of the message in the text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import ssl
from datetime import datetime
from functools import cache
from typing import Any

import httpx

from riskengine.delivery.channels.parcel import LOST, REFUSED, SENT, Outcome, Parcel
from riskengine.delivery.secret import revealed
from riskengine.model.deliveries import Channel

__all__ = ["send"]

# it would write every address with the robot's key in it into whatever log somebody has switched on
logging.getLogger("httpx").setLevel(logging.WARNING)

_DOWN = {
    45009,  # 企业微信: too many in a minute
    130101,  # 钉钉: too many in a minute
    410100,  # 钉钉: the same
    9499,  # 飞书: too many requests
    11232,  # 飞书: the same, in a group
}
_MEANING = {
    93000: "机器人的地址不对，或机器人已被移出群",
    45009: "一分钟内发得太多",
    310000: "不合机器人的安全设置（关键词、加签或来源地址）",
    300001: "机器人的密钥不对",
    130101: "一分钟内发得太多",
    19001: "机器人的地址不对",
    19021: "加签不对，或本机时间差得太多",
    19022: "来源地址不在机器人的白名单里",
    19024: "没有机器人要求的关键词",
    9499: "发得太快",
    11232: "发得太快",
}


def send(channel: Channel, parcel: Parcel, now: datetime) -> Outcome:
    """POST the text of ``parcel`` to the robot; ``now`` goes into the signature where there is a ``secret``."""
    text = f"（重发，{parcel.id} 此前可能已送到）\n{parcel.text}" if parcel.again else parcel.text
    query, body = _made(channel.kind, parcel.subject, text, revealed(channel.secret or ""), now)
    try:
        address = httpx.URL(parcel.address)
        if address.scheme not in ("http", "https") or not address.host:
            return Outcome(REFUSED, "机器人的地址不是网址。请核对环境变量。", down=True)
        said = httpx.post(
            address.copy_merge_params(query),
            json=body,
            timeout=channel.timeout,
            follow_redirects=False,
            verify=_trust(),
        )
    except httpx.InvalidURL:
        return Outcome(REFUSED, "机器人的地址不是网址。请核对环境变量。", down=True)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.ProxyError):
        return Outcome(REFUSED, "连不上机器人的服务器。请检查网络。", down=True)
    except httpx.TimeoutException:
        return Outcome(LOST, f"发出以后，机器人的服务器 {channel.timeout:g} 秒没有应答，是否收下无法得知。", down=True)
    except httpx.HTTPError as error:
        told = f"发出以后，机器人的服务器断开了连接（{type(error).__name__}），是否收下无法得知。"
        return Outcome(LOST, told, down=True)
    return _read(said)


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe, read once for all messages."""
    return httpx.create_ssl_context()


def _read(said: httpx.Response) -> Outcome:
    if said.status_code != 200:
        return Outcome(REFUSED, f"机器人的服务器答 HTTP {said.status_code}。", down=said.status_code >= 429)
    try:
        answer = said.json()
        code = next(int(answer[key]) for key in ("errcode", "code", "StatusCode") if key in answer)
    except (ValueError, TypeError, StopIteration):
        return Outcome(LOST, "机器人的服务器的应答看不懂，是否收下无法得知。地址可能写错了。", down=True)
    if code == 0:
        return Outcome(SENT)
    words = _MEANING.get(code) or str(answer.get("errmsg") or answer.get("msg") or "没有说明原因")[:120]
    return Outcome(REFUSED, f"机器人没有发出，平台答错误码 {code}：{words}。", down=code in _DOWN)


def _made(kind: str, title: str, text: str, secret: str, now: datetime) -> tuple[dict[str, str], dict[str, Any]]:
    """Query parameters and body."""
    if kind == "wecom":
        return {}, {"msgtype": "markdown", "markdown": {"content": text}}
    if kind == "dingtalk":
        when = str(int(now.timestamp() * 1000))
        signed = {"timestamp": when, "sign": _mac(secret, f"{when}\n{secret}")} if secret else {}
        # two blanks before the end of a line keep it a line in this platform's markdown
        return signed, {"msgtype": "markdown", "markdown": {"title": title, "text": text.replace("\n", "  \n")}}
    when = str(int(now.timestamp()))
    marked = {"timestamp": when, "sign": _mac(f"{when}\n{secret}", "")} if secret else {}
    return {}, {**marked, "msg_type": "text", "content": {"text": text}}


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
