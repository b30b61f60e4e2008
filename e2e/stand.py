"""Sets up what `cargo xtask bench gateway` measures: a sample provider and a gateway in front of it.

Prints where they are, a `name=value` a line, and stops them when its input ends.
"""

import sys
import tempfile
from pathlib import Path

from house import Provider, Workspace

with tempfile.TemporaryDirectory() as place:
    provider = Provider(Path(place))
    workspace = Workspace.found(Path(place) / "workspace", provider)
    with workspace.serving() as gateway:
        told = {
            "provider": provider.address,
            "gateway": gateway.address,
            "gateway_pid": gateway.process.pid,
            "key": workspace.keys["logistics-support"],
        }
        print("\n".join(f"{name}={value}" for name, value in told.items()), flush=True)
        sys.stdin.read()
    provider.kill()
