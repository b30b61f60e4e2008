"""A plan of action and milestones is read by a reader of OSCAL that shares no code with ours."""

import json
from pathlib import Path

import pytest
from trestle.common.err import TrestleError
from trestle.oscal.poam import PlanOfActionAndMilestones

from house import carveout

EXAMPLE = Path(__file__).parent.parent / "examples" / "designation"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """The plan of the guide's example."""
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    reported = carveout(
        "exposure", "report", "--designation", "records/section-4713.toml", "--on", "2026-07-01",
        "--as-known-on", "2026-07-01", "--from", "facts=suppliers.toml", "--oscal", path, cwd=EXAMPLE,
    )  # fmt: skip
    assert reported.returncode == 1, reported.stderr
    return path


def test_an_outside_reader_accepts_the_plan(plan):
    read = PlanOfActionAndMilestones.oscal_read(plan)
    document = json.loads(plan.read_text())["plan-of-action-and-milestones"]
    assert str(read.uuid) == document["uuid"]
    items = [item.title for item in read.poam_items]
    assert items == [item["title"] for item in document["poam-items"]] != []


@pytest.mark.parametrize("member", ["uuid", "metadata", "poam-items"])
def test_it_refuses_a_plan_that_lacks_what_the_schema_asks_for(plan, tmp_path, member):
    document = json.loads(plan.read_text())
    del document["plan-of-action-and-milestones"][member]
    cut = tmp_path / "plan.json"
    cut.write_text(json.dumps(document))
    with pytest.raises(TrestleError):
        PlanOfActionAndMilestones.oscal_read(cut)
