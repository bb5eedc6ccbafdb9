"""Looks for answers in every frame, module and object of the process.

expect: None
"""

import gc
import sys

frame = sys._getframe()
while frame is not None:
    for space in (frame.f_locals, frame.f_globals):
        if any("glia_grader" in str(getattr(v, "__file__", "")) for v in list(space.values())):
            print("ESCAPED")
    frame = frame.f_back
wanted = {"Exercise", "Verdict", "Misconception", "Sandbox", "Nursery", "Box"}
for cls in object.__subclasses__() + [type(o) for o in gc.get_objects()]:
    if cls.__name__ in wanted and "glia" in cls.__module__:
        print("ESCAPED", cls)
