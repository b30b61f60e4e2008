"""What `cargo xtask bench gateway` says of adoption: how long after an officer has signed a designation the first use
is barred by it, at a gateway that runs. Each round has a gateway of its own.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from house import Provider, Workspace, request

ROUNDS = 15
ORDER = """designation = "order"
version = 1
title = "An order"
kind = "exclusion_order"
issuer = "Example Agency"
force = "binding"
confidence = "primary"
authorities = ["41 USC 1323"]
conduct = ["use_in_performance"]
[[source]]
id = "order"
title = "The order"
confidence = "primary"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
[[target]]
kind = "source"
name = "sample-maker"
[scope]
agencies = ["any_federal"]
[dates]
zone = "UTC"
last_day = "included"
effective = 2026-03-04
"""
CHAT = json.dumps({"model": "chat", "messages": [{"role": "user", "content": "How many pallets?"}]})


def status(gateway, key: str) -> int:
    use = "purpose=logistics.supply, subject=none"
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "carveout-use": use}
    return request(gateway.address, "POST", "/v1/chat/completions", CHAT, headers)[0]


def barred_after(workspace: Workspace) -> tuple[float, float]:
    """Seconds that the officer's command took, and from its end to the first refusal."""
    made = workspace.run("keygen", "--name", "first.example", "--out", workspace.directory / "keys/first.key")
    assert made.returncode == 0, made.stderr
    config = workspace.directory / "carveout.toml"
    config.write_text(config.read_text() + '\n[designations.officers]\nfirst = "file:keys/first.pub"\n')
    (workspace.directory / "order.toml").write_text(ORDER)
    key = workspace.keys["logistics-support"]
    with workspace.serving() as gateway:
        assert status(gateway, key) == 200
        start = time.monotonic()
        order, officer = workspace.directory / "order.toml", workspace.directory / "keys/first.key"
        added = workspace.run("designations", "add", order, "--key", officer)
        assert added.returncode == 0, added.stderr
        signed = time.monotonic()
        while (seen := status(gateway, key)) == 200:
            pass
        assert seen == 403, seen
        return signed - start, time.monotonic() - signed


with tempfile.TemporaryDirectory() as place:
    provider = Provider(Path(place))
    founded = Workspace.found(Path(place) / "workspace", provider)
    rounds = [barred_after(founded.copy(Path(place) / f"round-{number}")) for number in range(ROUNDS)]
    provider.kill()
signing, adopting = ([1000 * took for took in column] for column in zip(*rounds))
print(
    f"A designation that an officer signs while requests come, {ROUNDS} times: the command takes "
    f"{statistics.median(signing):.0f} ms; from its end to the first use that is barred by it there are "
    f"{statistics.median(adopting):.0f} ms, {max(adopting):.0f} at the most."
)
