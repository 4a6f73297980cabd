"""The notebook that reads a sweep: it runs from top to bottom on a real folder, and says what the folder holds."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sim.experiments.sweep import sweep

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "read_a_sweep.ipynb"
STUDY = """
name: Small
base: nps_bonus
set: {customers.count: 200, staff.count: 10, burn_in: 4}
weeks: 12
replicates: 3
factors:
  pay.schemes.0.rate: [0, 6]
  audit.rate: [0, 0.5]
keep: {series: [nps.reported]}
outcomes: [nps.true, profit]
"""


def test_the_notebook_runs_on_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.yaml").write_text(STUDY)
    assert sweep(tmp_path / "small.yaml", out=tmp_path / "out", workers=1).complete
    monkeypatch.setenv("GAMED_SWEEP", str(tmp_path / "out"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # what stands in the repository is the text alone
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "stream"
    )
    assert "Small | 12 runs" in printed
    assert "12 went well, 0 failed" in printed
    assert "nps.true, pay.schemes.0.rate 6 against 0" in printed
