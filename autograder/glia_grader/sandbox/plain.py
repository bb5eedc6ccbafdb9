"""A box without walls: an ordinary process of the same user, for one's own code (tier 4).

Works on every system, forks nothing, and speaks the same protocol over its standard input and
output. It protects the grader from crashes and endless loops, and from nothing else.
"""

import os
import sys

from . import limits
from .policy import Inert, Policy
from .quiet import Quiet
from .worker import Channel, Worker


class PipeChannel(Channel):
    """The wire over two descriptors, for systems that cannot hand a socket to a process."""

    def __init__(self, reading: int, writing: int):
        self.reading, self.writing = reading, writing

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = os.read(self.reading, min(1 << 20, size - len(data)))
            if not piece:
                os._exit(0)
            data += piece
        return bytes(data)

    def write(self, data: bytes) -> None:
        """Every byte, however long it takes."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.writing, view) :]


def _take_pipes() -> PipeChannel:
    """Keep the two pipes for the wire; student code gets a silent standard input and output."""
    if sys.platform == "win32":
        import msvcrt

        for standard in (0, 1):
            msvcrt.setmode(standard, os.O_BINARY)
    channel = PipeChannel(os.dup(0), os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    return channel


def main() -> None:
    """Import, then serve."""
    channel = _take_pipes()
    settings, _ = channel.receive()
    sys.meta_path.insert(0, Quiet())
    from .shell import Shell

    allowed = settings["limits"]
    if sys.platform.startswith("linux"):
        limits.apply(limits.Limits(**allowed), count_processes=False)
    shell = Shell(int(allowed["cell_output_mb"] * (1 << 20)), int(allowed["output_mb"] * (1 << 20)))
    shell.run("%matplotlib inline")
    shell.reset()
    policy = Policy()
    if not settings["glia"]:
        sys.meta_path.insert(0, Inert("glia", policy))
    policy.forbid(settings["forbid"])
    sys.path.append(os.getcwd())
    channel.send({"ready": 0.0})
    Worker(channel, shell, policy).serve()
