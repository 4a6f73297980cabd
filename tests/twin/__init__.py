"""The twin: the same model as ordinary Mesa objects, to check the engine agent by agent and to measure it against.

A class per kind of agent, state in attributes, one `step()` each; it calls the same rules (`sim.rules`) and, if wanted, the
same keyed draws (`sim.world.chance`), and none of the engine's loops. See `twin.model`.
"""
