"""Engines: where submissions are graded. All speak the language of `concurrent.futures`."""

from glia_grader.engine.local import LocalEngine

__all__ = ["LocalEngine"]
