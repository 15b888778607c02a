"""Prefect's own server on this machine, for the schedule: started, awaited and stopped with the process that serves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from riskengine.errors import EngineFault

__all__ = ["free_port", "server"]

HOST = "127.0.0.1"


@contextmanager
def server(port: int, patience: float = 180) -> Iterator[str]:
    """Start a server on loopback and give its API address; stopped on leaving.

    ``patience`` in seconds: with a fresh database it takes 10 to 40. Raises EngineFault when it does not come up.
    Dies it later, the serving process is interrupted too: a schedule without a server would be silent, a process that ended is seen.
    """
    address = f"http://{HOST}:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    # Without this the pages of another port still talk to the default one.
    environment = {**os.environ, "PREFECT_UI_API_URL": address, "PREFECT_SERVER_UI_API_URL": address}
    environment.pop("PREFECT_API_URL", None)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _await(process, f"{address}/health", patience)
        leaving = threading.Event()
        threading.Thread(target=_watch, args=(process, leaving), daemon=True).start()
        try:
            yield address
        finally:
            leaving.set()
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port on loopback that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], health: str, patience: float) -> None:
    # Straight to loopback: a proxy in the environment would answer for a server that is not there.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EngineFault(
                f"Prefect 服务器没有启动成功（退出码 {process.returncode}），可能是端口被占用，请用 --port 换一个端口。"
            )
        try:
            with opener.open(health, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.5)
    raise EngineFault(f"Prefect 服务器在 {patience:.0f} 秒内没有启动成功，请检查机器负载与磁盘后重试。")


def _watch(process: subprocess.Popen[bytes], leaving: threading.Event) -> None:
    process.wait()
    if not leaving.is_set():
        os.kill(os.getpid(), signal.SIGINT)
