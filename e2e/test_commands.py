"""The commands a newcomer types."""

import json
import re
import subprocess

import pytest

from house import ROOT, binary, carveout, environment


def test_the_demo_shows_each_ruling_with_its_clause_and_its_receipt(tmp_path):
    shown = carveout("demo", "--once", "--dir", tmp_path / "demo")
    assert shown.returncode == 0, shown.stderr
    for word in ["permit", "deny", "hold", "3.3", "3.5", "2.2", "verified", "sample"]:
        assert word in shown.stdout.lower(), f"{word}\n{shown.stdout}"


def fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_readmes_first_command_works_as_written(tmp_path):
    """The demo stays up as written; the test adds `--once`, and runs the binary that is already built."""
    readme = (ROOT / "README.md").read_text()
    commands = [
        line for block in fenced(readme, "(?:sh|bash|console)?") for line in block[-1:] and block.splitlines()
    ]
    demos = [line for line in commands if re.search(r"\bdemo\b", line)]
    assert demos and any("cargo xtask test" in line for line in commands)
    arguments = re.split(r"--\s+|carveout\s+", demos[0].removeprefix("$ ").split("#")[0], maxsplit=1)[
        -1
    ].split()
    ran = subprocess.run(
        [binary(), *arguments, "--once"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr


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
