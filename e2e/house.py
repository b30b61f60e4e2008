"""The programs under test: the binary, the sample provider, a workspace and its gateway.

Everything that the suite takes for granted about the command line and the files of a
workspace is in this module.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEHAVIOURS = [
    "", "-slow", "-hang", "-stall", "-cut", "-drop", "-unfinished", "-garbage", "-unknown-event",
    "-error-event", "-html", "-400", "-401", "-404", "-429", "-500", "-503",
]  # fmt: skip


def binary() -> str:
    path = os.environ.get("CARVEOUT_BIN")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("CARVEOUT_BIN must name the built binary; run `cargo xtask test`")
    return path


def environment() -> dict:
    """Ours without what would steer the binary or the SDKs."""
    steering = ("CARVEOUT_", "OPENAI_", "ANTHROPIC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**kept, "NO_COLOR": "1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def carveout(*arguments, cwd=None, timeout=120) -> subprocess.CompletedProcess:
    """Runs the binary to its end."""
    command = [binary(), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def request(address, method, path, body=None, headers=None, timeout=60):
    """One plain HTTP request: (status, headers, body)."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        try:
            connection.request(method, path, body=body, headers=headers or {})
        except BrokenPipeError:
            pass  # It was answered before all of the body was sent.
        response = connection.getresponse()
        return (
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    finally:
        connection.close()


def until(condition, what, seconds=60):
    """Waits until `condition` returns something true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := condition():
                return found
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"{seconds} s passed and still not: {what}")
        time.sleep(0.05)


class Server:
    """A command of the binary that serves until it is stopped; its log goes to a file."""

    def __init__(self, arguments, address, ready_path, log: Path, under=(), inherited=()):
        self.address, self.log = address, log
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [*under, binary(), *map(str, arguments)], pass_fds=inherited,
            env=environment(), stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            until(lambda: self._is_ready(ready_path), f"{arguments[0]} is ready")
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.log.read_text()[-4000:]}") from None

    def _is_ready(self, path):
        if self.process.poll() is not None:
            raise AssertionError(f"exited with {self.process.returncode}")
        return request(self.address, "GET", path, timeout=5)[0] == 200

    def kill(self):
        """kill -9: nothing of it gets a chance to tidy up."""
        self.process.kill()
        self.process.wait()
        self._log.close()

    def stop(self) -> int:
        """Asks it to drain, and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=45)
        finally:
            self.kill()


class Provider(Server):
    """The sample provider, as a process of its own."""

    def __init__(self, directory: Path):
        address = free_address()
        super().__init__(
            ["sample-provider", "--listen", address], address, "/v1/models", directory / "provider.log"
        )

    def usage_csv(self) -> str:
        return request(self.address, "GET", "/sample/usage.csv")[2].decode()

    def last(self) -> dict:
        """The last request as it arrived."""
        return json.loads(request(self.address, "GET", "/sample/last")[2])


class Workspace:
    """The sample workspace, with a route of ours for every behaviour of the sample provider."""

    def __init__(self, directory: Path, keys: dict):
        self.directory, self.keys = directory, keys

    @classmethod
    def found(cls, directory: Path, provider: Provider):
        made = carveout("init", directory, "--sample", "--provider", provider.address, "--json")
        assert made.returncode == 0, made.stderr
        config = directory / "carveout.toml"
        config.write_text(config.read_text() + routes())
        return cls(directory, {key["program"]: key["key"] for key in json.loads(made.stdout)["keys"]})

    def copy(self, directory: Path) -> "Workspace":
        shutil.copytree(self.directory, directory)
        return Workspace(directory, self.keys)

    @property
    def ledger(self) -> Path:
        return self.directory / "ledger"

    def serve(self, under=(), inherited=()) -> Server:
        """Starts the gateway, as an argument of another command if one is given."""
        address = free_address()
        arguments = ["serve", "--workspace", self.directory, "--listen", address]
        return Server(
            arguments, address, "/readyz", self.directory.with_suffix(".log"), under, inherited
        )

    @contextmanager
    def serving(self):
        gateway = self.serve()
        try:
            yield gateway
        finally:
            gateway.stop()

    @contextmanager
    def serving_on(self, disk):
        """The same on a disk that can fail; how the gateway ends is for the test to say."""
        with disk.under() as (under, inherited):
            gateway = self.serve(under, inherited)
            try:
                yield gateway
            finally:
                gateway.kill()

    def run(self, *arguments, **options):
        """A command on this workspace."""
        return carveout(*arguments, "--workspace", self.directory, **options)


def routes() -> str:
    """A route for every behaviour of the sample provider: `chat*` in OpenAI's dialect, `messages*` in Anthropic's."""
    parts = ["\n# Added by the end-to-end suite.\n"]
    for name, provider in [("chat", "sample-openai"), ("messages", "sample-anthropic")]:
        for behaviour in BEHAVIOURS:
            target = {
                "provider": provider, "model": f"sample-1{behaviour}", "line": "sample-1", "maker": "sample-maker",
                "host": "sample-host", "operator": "sample-operator", "deployment": "vendor_cloud",
            }  # fmt: skip
            members = ", ".join(f'{key} = "{value}"' for key, value in target.items())
            parts.append(f'[[route]]\nalias = "{name}{behaviour}"\ntargets = [{{ {members} }}]\n\n')
    return "".join(parts)


def receipt(headers) -> tuple[int, bytes]:
    """Index and leaf hash from a reply's `Carveout-Receipt` header."""
    found = re.fullmatch(r'index=(\d+), leaf="sha256:([0-9a-f]{64})"', headers["carveout-receipt"])
    assert found, headers["carveout-receipt"]
    return int(found[1]), bytes.fromhex(found[2])
