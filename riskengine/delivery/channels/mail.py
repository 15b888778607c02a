"""Mail over SMTP: the digest as text, the lists enclosed.

Once at the receiver by ``Message-ID``, which is made from the message's number and stays the same however often it is sent. SMTP knows no
question "did you take it": where the connection breaks between the end of the text and the server's answer, or we are killed
there, nobody can say. Then it is sent again with the same ``Message-ID`` (mail servers and programs that drop doubles go by it) and
``X-Riskengine-Again`` says so.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from riskengine.delivery.channels.parcel import LOST, REFUSED, SENT, Outcome, Parcel
from riskengine.delivery.secret import revealed
from riskengine.model.deliveries import Channel

__all__ = ["letter", "send"]

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
_TYPES = {"xlsx": _XLSX, "docx": _DOCX, "pdf": ("application", "pdf"), "html": ("text", "html")}
_DOWN = (421, 452)


def letter(parcel: Parcel, sender: str, now: datetime) -> EmailMessage:
    """The message as it goes out; all of it but ``Date`` and ``X-Riskengine-Again`` is the same each time."""
    made = EmailMessage()
    made["From"] = Address(addr_spec=sender)
    made["To"] = Address(addr_spec=parcel.address)
    made["Subject"] = " ".join(parcel.subject.split())
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{parcel.id.lower()}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if parcel.again:
        made["X-Riskengine-Again"] = "yes"
    made.set_content(parcel.text + "\n", charset="utf-8", cte="base64")
    for each in parcel.enclosed:
        main, sub = _TYPES.get(each.name.rpartition(".")[2].lower(), ("application", "octet-stream"))
        made.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return made


def send(channel: Channel, parcel: Parcel, now: datetime) -> Outcome:
    """Hand ``parcel`` to the server of ``channel``; secrets are read from the environment here and kept nowhere."""
    security = channel.security or "starttls"
    host, sender = revealed(channel.server or ""), revealed(channel.sender or "")
    user, password = revealed(channel.user or ""), revealed(channel.password or "")
    port = channel.port or _PORTS[security]
    post: smtplib.SMTP | None = None
    try:
        made = letter(parcel, sender, now)
    except ValueError:
        return Outcome(REFUSED, "发件或收件邮箱的写法不对，没有发出。请核对 from 和 to。")
    try:
        if security == "tls":
            post = smtplib.SMTP_SSL(host, port, timeout=channel.timeout, context=ssl.create_default_context())
        else:
            post = smtplib.SMTP(host, port, timeout=channel.timeout)
        if security == "starttls":
            post.starttls(context=ssl.create_default_context())
        if user:
            post.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        return _ended(post, f"邮件服务器不认账号或密码（{error.smtp_code}）。请核对环境变量。")
    except smtplib.SMTPNotSupportedError:
        return _ended(post, "邮件服务器不支持所要的加密或登录方式。请核对 security、user。")
    except smtplib.SMTPResponseException as error:
        return _ended(post, f"邮件服务器答 {error.smtp_code}：{_words(error.smtp_error)}")
    except ssl.SSLError as error:
        return _ended(post, f"邮件服务器的证书通不过（{error.reason or type(error).__name__}）。请核对服务器名和证书。")
    except (OSError, smtplib.SMTPException) as error:
        return _ended(post, f"邮件服务器 {host}:{port} {_why(error, channel.timeout)}")
    return _hand_over(post, made, sender, parcel.address, channel.timeout)


def _hand_over(post: smtplib.SMTP, made: EmailMessage, sender: str, to: str, timeout: float) -> Outcome:
    """Sender, recipient, text. Up to the text a failure means that nothing was taken; after it only the server's answer tells."""
    try:
        post.ehlo_or_helo_if_needed()
        for code, said in (post.mail(sender), post.rcpt(to)):
            if code not in (250, 251):
                return _refused(post, code, said)
        data = made.as_bytes(policy=SMTP)
    except (OSError, smtplib.SMTPException) as error:
        return _ended(post, f"邮件服务器中途{_why(error, timeout)}")
    try:
        code, said = post.data(data)
    except smtplib.SMTPDataError as error:  # it did not want any text
        return _refused(post, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        post.close()
        return Outcome(LOST, f"正文发出以后，邮件服务器{_why(error, timeout)}是否收下无法得知。", down=True)
    if code != 250:
        return _refused(post, code, said)
    _quit(post)
    return Outcome(SENT, f"服务器答 {code}")


def _refused(post: smtplib.SMTP, code: int, said: bytes | str) -> Outcome:
    _quit(post)
    return Outcome(REFUSED, f"邮件服务器不收，答 {code}：{_words(said)}", down=code in _DOWN)


def _ended(post: smtplib.SMTP | None, told: str) -> Outcome:
    if post is not None:
        post.close()
    return Outcome(REFUSED, told, down=True)


def _quit(post: smtplib.SMTP) -> None:
    try:
        post.quit()
    except (OSError, smtplib.SMTPException):
        post.close()


def _why(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"{timeout:g} 秒没有应答。"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "断开了连接。"
    if isinstance(error, OSError) and error.strerror:
        return f"连不上（{error.strerror}）。"
    return f"出错（{type(error).__name__}）。"


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:120]
