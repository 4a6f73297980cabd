"""Benchmarks (`gamed bench`): what the engine costs, beside an ordinary Mesa model, a floor of the machine, and its own parts.

Each family is a module with `rows(size)`, which measures and yields `row.Row`s; `catalogue` lists them, `page` writes them down.
"""
