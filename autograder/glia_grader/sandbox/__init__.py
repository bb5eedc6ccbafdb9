"""Where student code runs: a process that sees little, may do little, and answers over a wire.

:mod:`host` is the door for the rest of the grader, :mod:`probe` says what a machine offers.
"""
