"""Bundled time series: sunspots by the year, carbon dioxide by the week."""

from __future__ import annotations

import functools
import importlib.resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Series", "load_co2", "load_sunspots", "windows"]


class Series(NamedTuple):
    """Values in the order of time.

    Attributes:
        time: when, in years, float64.
        value: what was measured, float32.
    """

    time: NDArray[np.float64]
    value: NDArray[np.float32]


def load_sunspots() -> Series:
    """Return the sunspot number of each year from 1700 to 2008.

    Shape:
        time (309,), value (309,)

    Example:
        >>> sunspots = load_sunspots()
        >>> sunspots.time[0], len(sunspots.value)
        (np.float64(1700.0), 309)

    Source:
        The yearly mean sunspot number, by way of statsmodels.
    """
    time, value = _columns("sunspots.csv")
    return Series(time, value.astype(np.float32))


def load_co2() -> Series:
    """Return the carbon dioxide over Mauna Loa of each week from 1958 to 2001, in ppm.

    Weeks without a measurement are filled in by a straight line between their neighbours.

    Shape:
        time (2284,), value (2284,)

    Example:
        >>> co2 = load_co2()
        >>> len(co2.value), bool(np.isnan(co2.value).any())
        (2284, False)

    Source:
        Keeling & Whorf (2004), by way of statsmodels.
    """
    dates, value = _columns("co2.csv")
    day = np.array([f"{int(d):08d}" for d in dates])
    iso = np.array([f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in day], "datetime64[D]")
    year = iso.astype("datetime64[Y]")
    length = (year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")
    time = year.astype(np.int64) + 1970 + (iso - year) / length
    known = ~np.isnan(value)
    filled = np.interp(time, time[known], value[known])
    return Series(time, filled.astype(np.float32))


def windows(value: NDArray, length: int, ahead: int = 1) -> tuple[NDArray, NDArray]:
    """Cut a series into overlapping windows and what follows each of them.

    Args:
        value: the series.
        length: T, steps in a window.
        ahead: how many steps later the target stands.

    Shape:
        value (L,); the windows (N, T, 1) and targets (N, 1), N = L − T − ahead + 1

    Raises:
        ValueError: the series is shorter than one window and its target.

    Example:
        >>> x, y = windows(np.arange(5.0), 3)
        >>> x[..., 0].tolist(), y[:, 0].tolist()
        ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [3.0, 4.0])
    """
    if length < 1 or len(value) < length + ahead:
        raise ValueError(f"got {len(value)} values; expected at least {length + ahead}")
    x = np.lib.stride_tricks.sliding_window_view(value[: len(value) - ahead], length)
    return x[..., None].copy(), value[length + ahead - 1 :, None].copy()


@functools.cache
def _read(name: str) -> str:
    return (importlib.resources.files("glia.data") / "files" / name).read_text(encoding="ascii")


def _columns(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows = [line.split(",") for line in _read(name).splitlines()[1:]]
    time = np.array([float(t) for t, _ in rows])
    return time, np.array([float(v) if v else np.nan for _, v in rows])
