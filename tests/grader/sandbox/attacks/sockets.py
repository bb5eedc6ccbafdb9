"""Sockets of every family.

expect: None
"""

import contextlib
import socket

from world import PORT

for family in (
    socket.AF_INET,
    socket.AF_INET6,
    socket.AF_UNIX,
    socket.AF_NETLINK,
    socket.AF_PACKET,
):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(OSError):
            socket.socket(family, kind)
            print("ESCAPED", family, kind)
with contextlib.suppress(OSError):
    socket.create_connection(("127.0.0.1", PORT), timeout=1)
    print("ESCAPED")
