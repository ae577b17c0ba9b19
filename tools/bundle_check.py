"""Install and start a bundle where there is no network: run by tools/bundle.py inside `unshare --net`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.starting import wait_until_well

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
    with subprocess.Popen(command, cwd=root, env=env) as product:
        try:
            seconds = wait_until_well(f"http://127.0.0.1:{PORT}", product)
            print(f"启动 {seconds:.1f} 秒，/health/ready/ 正常")
        finally:
            product.send_signal(signal.SIGINT)
            product.wait(60)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
