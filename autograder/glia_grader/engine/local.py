"""The local engine: threads that wait for sandboxed children.

Student code never runs in a thread or a pool worker of ours: a thread asks the sandbox for a box,
sends it cells and calls, and waits. When student code dies, nothing of ours dies with it.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class LocalEngine(Executor):
    """A thread pool around one sandbox: `submit(fn, …)` calls `fn(sandbox, …)` in a thread.

    All threads share the sandbox: its zygote is warmed once, and its boxes are processes of their
    own.
    """

    def __init__(self, jobs: int, sandbox: Any):
        """Start the pool.

        Args:
            jobs: Number of threads, and so of boxes at work.
            sandbox: An open `Sandbox`; closing it is left to whoever opened it.
        """
        if jobs < 1:
            raise ValueError(f"jobs should be at least 1, got {jobs}")
        self.jobs = jobs
        self.sandbox = sandbox
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="glia-grade")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Schedule `fn(sandbox, *args, **kwargs)`."""
        return self._pool.submit(fn, self.sandbox, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what is under way; with `cancel_futures`, start nothing more."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
