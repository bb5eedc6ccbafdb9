"""A private JupyterLab on loopback, and a page that opens one notebook in it and runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLLOWS = 2  # pictures a second: a drag is followed, however busy the machine; tests print the rate
SETTINGS = {
    # the whole notebook is in the page, not only what is scrolled to
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none",
        "autoStartDefaultKernel": True,
    },
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
READY = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session?.kernel;
  if (!kernel) return "no kernel";
  await kernel.info;
  return "ready";
}"""
EXECUTE = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  let out = "";
  const future = kernel.requestExecute({ code, store_history: false });
  future.onIOPub = (message) => {
    out += message.content.text ?? "";
    if (message.content.evalue) out += `${message.content.ename}: ${message.content.evalue}`;
  };
  await future.done;
  return out;
}"""


class LabServer:
    """Starts JupyterLab with every directory private to ``home``; ``stop`` ends it."""

    def __init__(self, root: Path, home: Path) -> None:
        self.home, self.log = home, home / "server.log"
        for name, value in SETTINGS.items():
            package, plugin = name.split(":")
            file = home / "settings" / package / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value))
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1",
            f"--port={self.port}", "--ServerApp.port_retries=0", "--allow-root",
            "--IdentityProvider.token=", "--ServerApp.password=",
            "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}",
            "--LabApp.news_url=", "--LabApp.expose_app_in_browser=True",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment(), start_new_session=True
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and its kernels (they share its process group)."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _environment(self) -> dict[str, str]:
        home = self.home
        return {
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            "NO_PROXY": "*",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")]),
        }

    def _wait(self, seconds: float = 90) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended at once:\n{self.log.read_text()}")
            try:
                opener.open(f"{self.url}/api", timeout=5).read()
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no JupyterLab after {seconds} s") from error
                time.sleep(0.1)


class LabPage:
    """A notebook open in JupyterLab; remembers every address the page asked for."""

    def __init__(self, page, server: LabServer) -> None:
        self.page, self.server = page, server
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))

    def run_all(self, notebook: str) -> bool:
        """Open the notebook, wait for its kernel, run every cell; False if a cell failed."""
        self.page.goto(f"{self.server.url}/lab/tree/{notebook}?reset")
        self.page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext", timeout=60_000
        )
        assert self.page.evaluate(READY) == "ready"
        # the menu's Run All can hang in a kernel dialog this early; the command does not
        return self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")

    def kernel(self, code: str) -> str:
        """What ``code`` prints in the notebook's kernel."""
        return self.page.evaluate(EXECUTE, code).strip()

    def strangers(self) -> list[str]:
        """Every address asked for that is not this server."""
        own = (
            self.server.url,
            self.server.url.replace("http", "ws", 1),
            "data:",
            "blob:",
            "about:",
        )
        return [url for url in self.asked if not url.startswith(own)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
