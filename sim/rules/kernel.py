"""One decorator, `kernel`, compiles rules and engine loops with Numba and keeps the machine code on disk."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numba

from sim.rules.machine_code import MachineCode
from sim.rules.sources import digest


def kernel(
    function: Callable[..., Any] | None = None, *, allocates: bool = True, inline: bool = False, threads: bool = False,
    divides: bool = True,
) -> Callable[..., Any]:
    """Compile `function`; keep the result on disk where there is a place for it, and go on without where not.

    `allocates=False` is for code that makes no arrays: it is compiled without reference counting, which otherwise costs
    more than the work where many arrays are handed on. `inline` asks the compiler to put the code where it is called.
    `threads`: other threads go on while it runs. `divides=False` is for code whose divisors cannot be zero: it is not
    looked at whether they are, so that a loop around it can be worked off side by side.
    """
    if function is None:
        return functools.partial(kernel, allocates=allocates, inline=inline, threads=threads, divides=divides)
    if getattr(numba.config, "DISABLE_JIT", 0):
        return function
    if function.__closure__ is not None:
        raise ValueError(f"{function.__qualname__}: a kernel captures nothing, since kept code is known by its sources alone")
    options: dict[str, Any] = {"_nrt": allocates, "forceinline": inline, "nogil": threads}
    compiled = numba.njit(**options, error_model="python" if divides else "numpy")(function)
    compiled._cache = MachineCode(function, digest(function.__module__))
    return compiled


hot = kernel(allocates=False)  # for the loops of the engine
fused = kernel(allocates=False, inline=True)  # for what the engine calls at every contact with all arrays in hand
threaded = kernel(allocates=False, threads=True)  # for what several threads play side by side
