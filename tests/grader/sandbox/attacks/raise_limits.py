"""Takes back the limits.

expect: None
"""

import contextlib
import resource

from world import HOST_PID

for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU):
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("ESCAPED")
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(HOST_PID, kind, (1, 1))
        print("ESCAPED")
