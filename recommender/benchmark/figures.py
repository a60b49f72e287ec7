"""What is measured: durations, what they are compared with, and how they are put into a report."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

A_SECOND = "a second"
"""The unit of what is the better the more there is of it"""


@dataclass(frozen=True)
class Figure:
    """How long one thing takes, in milliseconds, or what else was counted."""

    what: str
    median: float
    p95: float | None = None
    unit: str = "ms"
    times: float | None = None
    """How many times as good as what the section compares with"""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Figures of one kind."""

    title: str
    explanation: str
    compared_with: str = ""
    figures: list[Figure] = field(default_factory=list)


def beside(section: Section, other: Section, title: str) -> Section:
    """The section under that title, with how many times as good everything is as in another one of the same kind."""
    known = {figure.what: figure for figure in other.figures}
    compared = [
        replace(figure, times=_times(figure, known[figure.what])) if figure.what in known else figure
        for figure in section.figures
    ]
    return replace(section, title=title, compared_with=other.title, figures=compared)


def _times(figure: Figure, other: Figure) -> float | None:
    better, worse = (figure, other) if figure.unit == A_SECOND else (other, figure)
    return float(f"{better.median / worse.median:.2g}") if worse.median else None


def figure(what: str, seconds: Iterable[float], baseline: float | None = None, note: str = "") -> Figure:
    """The median and the 95th percentile of durations in seconds; the baseline is the median of what is compared."""
    median, p95 = np.percentile(1000 * np.array(list(seconds)), [50, 95])
    times = float(f"{baseline / median:.2g}") if baseline else None
    return Figure(what, _rounded(median), _rounded(p95), times=times, note=note)


def _rounded(milliseconds: float) -> float:
    """To some digits, and not to some decimals: what takes a few microseconds takes longer than nothing."""
    return float(f"{milliseconds:.4g}")


def timed(calls: Iterable[Callable[[], object]]) -> list[float]:
    """The seconds that each of the calls took."""
    return [seconds(call) for call in calls]


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
