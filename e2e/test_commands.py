"""The commands a newcomer types."""

import json
import re

import pytest

from house import ROOT, carveout


def test_the_demo_shows_each_ruling_with_its_clause_and_its_receipt(tmp_path):
    shown = carveout("demo", "--once", "--dir", tmp_path / "demo")
    assert shown.returncode == 0, shown.stderr
    for word in ["permit", "deny", "hold", "3.3", "3.5", "2.2", "verified", "sample"]:
        assert word in shown.stdout.lower(), f"{word}\n{shown.stdout}"


README = (ROOT / "README.md").read_text()


def fenced(language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def lines(start: str) -> list[str]:
    """The README's command lines that start so, without comments."""
    shown = [
        line.removeprefix("$ ").split("#")[0].strip() for block in fenced() for line in block.splitlines()
    ]
    return [line for line in shown if line.startswith(start)]


def test_the_readmes_two_commands_work_as_written(tmp_path):
    """The demo stays up as written, so the test adds `--once`; it runs the binary that is already built. The
    other command is running right now."""
    [demo] = lines("cargo run")
    assert lines("cargo xtask test")
    ran = carveout(*demo.split(" -- ")[1].split(), "--once", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_the_readmes_other_commands_work_as_written(tmp_path):
    """All but `serve`, which waits for the other party's signature."""
    commands = (
        lines("carveout init")[:1] + [line for line in lines("carveout ") if "my-workspace" in line][1:]
    )
    assert len(commands) > 2
    for line in commands:
        verb, *arguments = line.split()[1:]
        if verb != "serve":
            ran = carveout(verb, *arguments, cwd=tmp_path)
            assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"


def test_the_readmes_python_points_an_sdk_at_the_gateway(gateway, workspace):
    [code] = fenced("python")
    code = code.replace("127.0.0.1:8787", gateway.address).replace(
        "cvo_…", workspace.keys["logistics-support"]
    )
    names = {}
    exec(code, names)
    ask = [{"role": "user", "content": "Where is it?"}]
    assert names["client"].chat.completions.create(model="sample-chat", messages=ask).choices


@pytest.mark.parametrize("program, use, code, clause", [
    ("logistics-support", "purpose=logistics.supply, deployment=vendor_cloud", 0, "4.1"),
    ("intelligence-support", "purpose=intel.commercial_data_analysis, volume=bulk, subject=us_person", 1, "3.3"),
])  # fmt: skip
def test_decide_explains_with_the_exit_code_of_the_answer(founded, program, use, code, clause):
    decided = founded.run("decide", "--program", program, "--explain", "--use", use)
    assert decided.returncode == code, decided.stderr
    assert clause in decided.stdout
    told = json.loads(founded.run("decide", "--program", program, "--use", use, "--json").stdout)
    assert (told["ruling"] == "permit") == (code == 0)


def test_init_makes_a_workspace_whose_agreements_check(tmp_path):
    made = carveout("init", tmp_path / "team")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "team" / "carveout.toml").is_file()
    for agreement in (tmp_path / "team" / "agreements").glob("*.md"):
        checked = carveout("check", agreement, cwd=tmp_path / "team")
        assert checked.returncode == 0, checked.stdout + checked.stderr
    assert carveout("init", tmp_path / "team").returncode == 2, "an existing workspace is left alone"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["completions", "bash"], ["ledger", "--help"]]
)
def test_help_is_there(arguments):
    told = carveout(*arguments)
    assert told.returncode == 0 and told.stdout
