"""The fast twins of `glia.ops`: plain loop nests for numba. Arrays in, arrays out, no validation.

Nothing imports this package: `glia.backend` finds a kernel by its dotted path when it first runs.
"""
