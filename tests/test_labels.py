"""What a measure is called is nothing to anybody: written in YAML, with the names of presets, names swapped between worlds.

`test_invariants` does the same over random worlds; here it goes through the files that people write, where a label
may also be the name of a preset.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sim.scenario.loading import load
from sim.world import Organisation

KINDS = ("reported", "true", "answers", "target")  # columns of the staff table that name a measure
WORLD = """\
name: labels
weeks: 20
burn_in: 8
customers: {{count: 400}}
staff: {{count: 8, team_size: 4}}
measures:
  {first}: {{like: nps}}
  {second}: {{like: jobs_closed}}
pay:
  schemes:
    - {{kind: linear, measure: {paid}, rate: {rate}, who: [employee, manager, central, head]}}
"""


def played(folder: Path, names: dict[str, str], **values: object) -> bytes:
    """All tables of the world as text, with labels put back by `names`."""
    file = folder / f"{'_'.join(str(value) for value in values.values())}.yaml"
    file.write_text(WORLD.format(**values), encoding="utf-8")
    out = io.StringIO()
    for name, table in Organisation(load(str(file)).spec).run().tables().items():
        if "measure" in table:
            table = table.assign(measure=table["measure"].map(names))
        heads = {f"{kind}_{new}": f"{kind}_{old}" for new, old in names.items() for kind in KINDS}
        out.write(f"{name}\n{table.rename(columns=heads).to_csv(index=False, float_format='%r')}")
    return out.getvalue().encode()


def test_equal_measures_under_two_names_give_identical_bytes(tmp_path: Path) -> None:
    """The survey that is paid may be called what it is, or anything, or by the name of another preset."""
    plain = {"nps": "a", "jobs_closed": "b"}
    expected = played(tmp_path, plain, first="nps", second="jobs_closed", paid="nps", rate=6)
    for first, second in (("x", "y"), ("outcomes", "handle_time"), ("complaints", "gaming")):
        found = played(tmp_path, {first: "a", second: "b"}, first=first, second=second, paid=first, rate=6)
        assert found == expected, (first, second)


@pytest.mark.parametrize(("paid", "rate"), [("nps", 6), ("jobs_closed", 100)])
def test_swapped_labels_change_nothing_but_the_labels(tmp_path: Path, paid: str, rate: int) -> None:
    """Two worlds, one paid on the survey and one on the log; in each the two measures are called by the other's name."""
    other = {"nps": "jobs_closed", "jobs_closed": "nps"}
    straight = played(tmp_path, {"nps": "nps", "jobs_closed": "jobs_closed"}, first="nps", second="jobs_closed", paid=paid,
                      rate=rate)  # fmt: skip
    swapped = played(tmp_path, other, first="jobs_closed", second="nps", paid=other[paid], rate=rate)
    assert swapped == straight
    assert b"selective_invitation" in straight
