"""Compiled code on disk: installed afresh, read-only, without any place, begun twice at once, killed, damaged, changed.

Every start is a process of its own, of a package that holds the rules alone: the whole engine takes a minute to compile.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from toy_engine import wait_for

PACKAGE = Path(__file__).resolve().parent.parent / "sim"
PROGRAM = """
import json, sys
from numba.core import event
kinds = [float, int] if sys.argv[1] == "both" else [{"reals": float, "whole": int}[sys.argv[1]]]
with event.install_recorder("numba:compile") as seen:
    from sim.rules import service
    told = [[service.logistic(kind(1)), service.occupancy(kind(3), kind(5), 0.2)] for kind in kinds]
ours = [e for _, e in seen.buffer if e.is_start and e.data["dispatcher"].py_func.__module__.startswith("sim.")]
print(json.dumps({"told": told, "compiled": len(ours)}))
"""
TOLD = [0.7310585786300049, 0.5810687022900765]
ONE_KIND, TWO_KINDS = 3, 6  # functions, and functions times signatures, that the program compiles: busy_ratio is called within
AS_OWNER = ["setpriv", "--bounding-set=-dac_override"]  # the superuser is bound by a folder's mode only without this right


@dataclass
class Install:
    """A copy of the package as an installer leaves it, and a user with a home of his own."""

    folder: Path

    @property
    def beside(self) -> set[Path]:
        """Code kept beside the sources."""
        return set(self.folder.glob("site/**/*.nbc"))

    @property
    def users(self) -> set[Path]:
        """Code kept in the user's cache."""
        return set((self.folder / "home").rglob("*.nbc"))

    def begin(self, kinds: str = "both", program: str = PROGRAM, **environment: str) -> subprocess.Popen[str]:
        """A process of this user."""
        known = {key: value for key, value in os.environ.items() if not key.startswith(("NUMBA_", "PYTHON"))}
        home = str(self.folder / "home")
        known |= {"PYTHONPATH": str(self.folder / "site"), "HOME": home, "XDG_CACHE_HOME": home, **environment}
        command = [*(AS_OWNER if os.geteuid() == 0 else []), sys.executable, "-c", program, kinds]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=known, cwd=self.folder, **pipes)

    def start(self, kinds: str = "both", **environment: str) -> tuple[int, str]:
        """How many signatures were compiled, and what was said; the numbers are right in any case."""
        return ended(self.begin(kinds, **environment))

    def forbid(self, *parts: str) -> None:
        """Let nobody write there any more."""
        for part in parts:
            for folder in [self.folder / part, *(path for path in (self.folder / part).rglob("*") if path.is_dir())]:
                folder.chmod(0o555)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    answer = json.loads(out)
    for told in answer["told"]:
        assert told == pytest.approx(TOLD, rel=1e-12)
    return answer["compiled"], err


def copied(source: Path, folder: Path) -> Install:
    shutil.copytree(source, folder / "site")
    (folder / "home").mkdir()
    return Install(folder)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of the rules alone."""
    site = tmp_path_factory.mktemp("sources")
    (site / "sim").mkdir()
    shutil.copy(PACKAGE / "__init__.py", site / "sim")
    shutil.copytree(PACKAGE / "rules", site / "sim" / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    return site


@pytest.fixture(scope="module")
def known(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a first start."""
    install = copied(sources, tmp_path_factory.mktemp("known"))
    assert install.start() == (TWO_KINDS, "")
    assert len(install.beside) == TWO_KINDS
    assert not install.users
    return install.folder / "site"


@pytest.fixture
def fresh(sources: Path, tmp_path: Path) -> Iterator[Install]:
    """Nothing is compiled yet."""
    yield copied(sources, tmp_path)
    allow(tmp_path)


@pytest.fixture
def used(known: Path, tmp_path: Path) -> Iterator[Install]:
    """All is compiled."""
    yield copied(known, tmp_path)
    allow(tmp_path)


def allow(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


@pytest.fixture(autouse=True)
def _bound_by_modes() -> None:
    if os.geteuid() == 0 and shutil.which(AS_OWNER[0]) is None:
        pytest.skip("the superuser may write anywhere, and there is no setpriv to forbid it")


def test_a_second_start_compiles_nothing(used: Install) -> None:
    assert used.start() == (0, "")


def test_what_an_administrator_compiled_is_used_by_who_may_not_write_there(used: Install) -> None:
    used.forbid("site", "home")
    assert used.start() == (0, "")


def test_a_read_only_install_keeps_its_code_in_the_users_cache(fresh: Install) -> None:
    fresh.forbid("site")
    assert fresh.start() == (TWO_KINDS, "")
    assert (len(fresh.users), fresh.beside) == (TWO_KINDS, set())
    assert fresh.start() == (0, "")


def test_without_any_place_it_works_and_says_so_in_one_line(fresh: Install) -> None:
    fresh.forbid("site", "home")
    for _ in range(2):
        compiled, said = fresh.start()
        assert compiled == TWO_KINDS
        assert len(said.splitlines()) == 1
        assert said.startswith("gamed: compiled code cannot be kept on disk")
        for part in ("site", "home"):
            assert f"{fresh.folder / part}/" in said
        assert said.count("Permission denied") == 2


def test_a_folder_named_by_the_environment_is_the_only_one(fresh: Install) -> None:
    there = fresh.folder / "there"
    assert fresh.start(NUMBA_CACHE_DIR=str(there)) == (TWO_KINDS, "")
    assert len(list(there.rglob("*.nbc"))) == TWO_KINDS
    assert not fresh.beside | fresh.users
    fresh.forbid("there")
    assert fresh.start(NUMBA_CACHE_DIR=str(there)) == (0, "")


@pytest.mark.parametrize("kinds", [("both", "both"), ("reals", "whole")])
def test_two_starts_at_once_on_nothing(fresh: Install, kinds: tuple[str, str]) -> None:
    together = [fresh.begin(kind) for kind in kinds]
    assert [ended(process)[1] for process in together] == ["", ""]
    assert len(fresh.beside) == TWO_KINDS
    assert fresh.start() == (0, "")


def test_one_of_two_is_killed_in_the_middle(fresh: Install) -> None:
    one, other = fresh.begin(), fresh.begin()
    wait_for(lambda: fresh.beside)
    one.send_signal(signal.SIGKILL)
    one.communicate()
    ended(other)
    assert fresh.start() == (0, "")


def test_damaged_files_are_compiled_again_and_mended(used: Install) -> None:
    harms = itertools.cycle([
        lambda content: content[:-100], lambda content: b"", lambda content: content[:1000] + bytes(500) + content[1500:],
        lambda content: b"what anybody may put there",
    ])  # fmt: skip
    for path, harm in zip(sorted(used.beside), harms, strict=False):
        path.write_bytes(harm(path.read_bytes()))
    assert used.start() == (TWO_KINDS, "")
    assert used.start() == (0, "")


def test_a_changed_rule_gives_its_new_number_and_old_code_goes(used: Install) -> None:
    """`occupancy` is in the same file as what it calls, which Numba would notice; so the constant is in another one."""
    rules = used.folder / "site" / "sim" / "rules"
    text = (rules / "service.py").read_text(encoding="utf-8")
    begun = text.index("@kernel\ndef busy_ratio")
    ended_at = text.index("@kernel\ndef occupancy")
    moved = text[:begun] + "from sim.rules.other import busy_ratio\n\n\n" + text[ended_at:]
    (rules / "service.py").write_text(moved, encoding="utf-8")
    other = "from sim.rules.kernel import kernel\n\n\n" + text[begun:ended_at]
    (rules / "other.py").write_text(other, encoding="utf-8")
    before = len(used.beside)
    assert used.start("reals")[0] == ONE_KIND
    (rules / "other.py").write_text(other.replace("total = 1.0\n", "total = 2.0\n"), encoding="utf-8")
    out, _ = used.begin("reals").communicate(timeout=120)
    answer = json.loads(out)
    assert answer["told"][0][0] == pytest.approx(TOLD[0], rel=1e-12)
    assert answer["told"][0][1] != pytest.approx(TOLD[1], rel=1e-3)
    assert answer["compiled"] == ONE_KIND
    assert len(used.beside) <= before


WORKERS = """
import sys, time
from pathlib import Path
from sim.experiments.jobs import Job
from sim.experiments.processes import Pool

class Rule:
    def __init__(self, spec, replicate, threads):
        self.folder, self.replicate = spec, replicate

    def run(self):
        from sim.rules import service
        service.logistic(1.0)
        (self.folder / str(self.replicate)).touch()
        while len(list(self.folder.iterdir())) < 2:  # until the other worker has compiled it too
            time.sleep(0.01)

def nothing(model):
    return None

if __name__ == "__main__":
    pool, folder = Pool(2), Path(sys.argv[1])
    told = [pool.submit([Job((0, i), folder, i, nothing, "workers:Rule")]) for i in range(2)]
    assert [each.result()[0].failure for each in told] == [None, None]
    pool.close()
"""


def test_workers_say_once_for_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "both").mkdir()
    (tmp_path / "workers.py").write_text(WORKERS, encoding="utf-8")
    paths = os.pathsep.join([str(PACKAGE.parent), str(tmp_path)])
    done = subprocess.run(
        [sys.executable, str(tmp_path / "workers.py"), str(tmp_path / "both")], capture_output=True, text=True, timeout=120,
        env={**os.environ, "NUMBA_CACHE_DIR": "/proc/none", "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "/proc/none" in done.stderr
