"""Imports the grader: what comes must be the quiet stub, without a single answer.

expect: None
"""

import importlib
import sys

for name in ("exercises", "judge", "exercise", "sandbox.host", "pipeline"):
    module = importlib.import_module("glia_grader." + name)
    if getattr(module, "__file__", None):
        print("ESCAPED", module.__file__)
for module in list(sys.modules.values()):
    file = getattr(module, "__file__", None) or ""
    if "glia_grader" in file or (
        hasattr(module, "EXERCISE") and "glia_grader" not in module.__name__
    ):
        print("ESCAPED", file)
