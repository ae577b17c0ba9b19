"""Install and start a bundle where there is no network: run by tools/bundle.py inside `unshare --net`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 300  # of a busy machine, for the first start
PORT = "8000"  # nobody else is here


def main(path: Path) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    _refuse_network()
    # As root the embedded database works under an account of its own, which has to come through.
    with TemporaryDirectory(prefix="expertpool-bundle-") as folder:
        Path(folder).chmod(0o755)
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
        (root,) = (place for place in Path(folder).iterdir() if place.is_dir())
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env = kept | {"HOME": folder, "EXPERTPOOL_HOME": f"{folder}/var", "PORT": PORT}
        began = time.monotonic()
        subprocess.run(["make", "setup", "assets"], cwd=root, env=env, check=True)
        print(f"安装 {time.monotonic() - began:.1f} 秒")
        program = str(root / ".venv/bin/expertpool")
        subprocess.run([program, "check"], cwd=root, env=env, check=True)
        _start([program, "run"], root, env)
    return 0


def _refuse_network() -> None:
    """A check with a network would show nothing."""
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout
    if routes.strip():
        sys.exit(f"这里有网络，不能证明什么：{routes}")


def _start(command: list[str], root: Path, env: dict[str, str]) -> None:
    began = time.monotonic()
    with subprocess.Popen(command, cwd=root, env=env) as product:
        try:
            while _status() != "ok":
                if product.poll() is not None or time.monotonic() > began + SECONDS:
                    sys.exit("没有启动成功。")
                time.sleep(0.5)
            print(f"启动 {time.monotonic() - began:.1f} 秒，/health/ 正常")
        finally:
            product.send_signal(signal.SIGINT)
            product.wait(60)


def _status() -> str:
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/health/", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except (URLError, TimeoutError):
        return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
