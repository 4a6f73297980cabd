"""What a sweep tells while it runs and afterwards: lines, events for programs, the commands `sweep`, `status` and `report`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import toy_sweep
from toy_engine import wait_for
from toy_sweep import write_study

from sim.__main__ import main
from sim.experiments.progress import Progress
from sim.experiments.sweep_folder import SweepFolder

PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parent)!r})
import toy_sweep
toy_sweep.play_toys()
from sim.__main__ import main
main()
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [0.0]
    monkeypatch.setattr("sim.experiments.progress.time.monotonic", lambda: now[0])
    return now  # type: ignore[return-value]


def test_a_line_a_minute_where_nobody_watches(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.begin(1000, done=100)
    for second in range(1, 130):
        clock[0] = float(second)
        progress.update(100 + 2 * second, 3)
    progress.end(360, 3)
    assert capsys.readouterr().err.splitlines() == [
        "runs: 220 of 1000 done, 3 failed, 2 a second, 6 min left",
        "runs: 340 of 1000 done, 3 failed, 2 a second, 6 min left",
    ]


def test_events_for_programs(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(events=sys.stdout)
    progress.begin(10)
    clock[0] = 2.0
    progress.update(4, 1)
    progress.end(10, 1)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["event"] for row in rows] == ["begin", "progress", "end"]
    assert rows[1] == {
        "event": "progress", "total": 10, "done": 4, "failed": 1, "rate": 2.0, "seconds": 2.0, "seconds_left": 3.0,
    }  # fmt: skip


def gamed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """How the command ends: status, output, messages."""
    monkeypatch.setattr(sys, "argv", ["gamed", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def test_the_commands_of_a_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str, status: int = 0) -> tuple[str, str]:
        ended, out, err = gamed(monkeypatch, capsys, *arguments)
        assert (ended, "Traceback" in err) == (status, False), err
        return out, err

    toy_sweep.put_in_place(monkeypatch)
    monkeypatch.chdir(tmp_path)
    study, out = str(write_study(tmp_path / "study")), tmp_path / "out"
    printed, err = told("sweep", study, "--out", str(out), "--workers", "1")
    assert err == ""
    assert printed.startswith("Toy: 24 of 24 runs done")
    assert f"report: {out / 'report.html'}" in printed
    assert "done 24, failed 0, missing 0 (finished)" in told("status", str(out))[0]
    assert json.loads(told("status", str(out), "--json")[0])["missing"] == 0
    assert told("report", str(out), "--quiet")[0] == f"{out / 'report.html'}\n"
    answer = json.loads(told("report", str(out), "--json")[0])
    assert answer["verdict"].startswith("As pay.schemes.0.rate goes from 1 to 3, averaged over audit.rate, the reported NPS")
    assert all(Path(path).exists() for path in answer["files"])
    events = told("sweep", study, "--workers", "1", "--replicates", "1", "--json")[0].splitlines()
    assert json.loads(events[-1])["done"] == 12
    assert (tmp_path / "results" / "study" / "runs.parquet").exists()
    assert (tmp_path / "results" / "study" / "report.html").exists()
    assert "weeks: None there, 13 here" in told("sweep", study, "--out", str(out), "--weeks", "13", status=2)[1]
    told("status", str(tmp_path), status=2)


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    study = write_study(tmp_path, about="slow 0.05", replicates=40)
    command = [sys.executable, "-c", PROGRAM, "sweep", str(study), "--out", str(tmp_path / "out"), "--workers", "1"]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list((tmp_path / "out" / "parts").glob("runs-*")))
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert "interrupted" in told
    assert "Traceback" not in told
    assert SweepFolder(tmp_path / "out").status().done > 0
