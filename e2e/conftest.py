"""One sample provider, one workspace and one gateway for all tests that leave them whole."""

import anthropic
import openai
import pytest

from auditor import Auditor
from house import Provider, Workspace, binary

binary()  # Without it there is nothing to test, and that is a failure, not a skip.


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("carveout")


@pytest.fixture(scope="session")
def provider(place):
    provider = Provider(place)
    yield provider
    provider.kill()


@pytest.fixture(scope="session")
def founded(place, provider):
    """A workspace that nobody serves; tests copy it."""
    return Workspace.found(place / "founded", provider)


@pytest.fixture(scope="session")
def workspace(place, founded):
    return founded.copy(place / "served")


@pytest.fixture(scope="session")
def gateway(workspace):
    with workspace.serving() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def auditor(workspace, gateway):
    return Auditor(workspace.ledger)


@pytest.fixture
def copied(founded, tmp_path):
    """A workspace of its own for a test that breaks it."""
    return founded.copy(tmp_path / "copied")


USE = "purpose=logistics.supply, subject=none"


def openai_client(gateway, workspace, program="logistics-support", kind=openai.OpenAI, use=USE, **options):
    return kind(
        base_url=f"http://{gateway.address}/v1",
        api_key=workspace.keys[program],
        default_headers={"Carveout-Use": use},
        **{"max_retries": 0, "timeout": 20, **options},
    )


def anthropic_client(
    gateway, workspace, program="logistics-support", kind=anthropic.Anthropic, use=USE, **options
):
    return kind(
        base_url=f"http://{gateway.address}",
        api_key=workspace.keys[program],
        default_headers={"Carveout-Use": use},
        **{"max_retries": 0, "timeout": 20, **options},
    )


@pytest.fixture
def chat(gateway, workspace):
    return openai_client(gateway, workspace)


@pytest.fixture
def messages(gateway, workspace):
    return anthropic_client(gateway, workspace)
