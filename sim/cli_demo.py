"""The command `demo`: the live classroom page."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.scenario.errors import Mark, ScenarioError

YEARS_OF_PLAY = 520

Left = Annotated[str, typer.Argument(metavar="[LEFT]", help="Scenario of firm A.")]
Right = Annotated[str, typer.Argument(metavar="[RIGHT]", help="Scenario of firm B.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]


def demo(
    left: Left = "salary",
    right: Right = "nps_bonus",
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all chance, the same in both firms.")] = None,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks that can be played.")] = YEARS_OF_PLAY,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets others on the network in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port (0: a free one).")] = 0,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Show two firms side by side in the browser, live: sliders, one history, two readings. Needs no internet."""
    from importlib.util import find_spec

    from sim.cli_results import has_screen, load_all
    from sim.scenario.catalogue import names

    wanted = [left, right, *(name for name in names() if name not in (left, right))]
    loaded = dict(zip(wanted, load_all(wanted, sets, seed=seed, weeks=weeks), strict=True))
    catalogue = {name: each.spec for name, each in loaded.items() if each.spec.service.technology == "contacts"}
    for name in (left, right):
        if name not in catalogue:
            raise ScenarioError.at(Mark(name), "has no customers to show; the page needs technology: contacts")
    if find_spec("nicegui") is None:
        how = "`make demo`, or `pip install '.[demo]'` in the project's folder"
        typer.echo(f"gamed: the page needs NiceGUI, which is not installed: {how}", err=True)
        raise typer.Exit(1)
    from sim.classroom.server import free_port, serve

    serve(catalogue, (left, right), host, port or free_port(host), open_page and has_screen(), typer.echo)
