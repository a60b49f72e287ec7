"""A run of the benchmark as JSON, as a table for a terminal, and as a page with plots."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.template.loader import render_to_string

from recommender.benchmark.figures import Figure, Section
from recommender.benchmark.machine import Machine

PLOT_WIDTH = 320


@dataclass(frozen=True)
class Run:
    machine: Machine
    products: int
    yardsticks: tuple[float, float]
    """The milliseconds that one core took to hash 64 MB, before and after everything else"""
    sections: list[Section]


@dataclass(frozen=True)
class Bar:
    """From 0 to a duration's median, and on to its 95th percentile, in pixels of a logarithmic plot."""

    figure: Figure
    median: int
    p95: int


def write(run: Run, folder: Path) -> None:
    """Writes benchmark.json, benchmark.md and index.html."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.json").write_text(json.dumps(asdict(run), indent=2, ensure_ascii=False) + "\n")
    (folder / "benchmark.md").write_text("\n".join(lines(run)) + "\n")
    plots = [(section, list(_bars(section))) for section in run.sections]
    context = {"run": run, "plots": plots, "width": PLOT_WIDTH}
    (folder / "index.html").write_text(render_to_string("recommender/benchmark.html", context))


def read(folder: Path) -> list[Section]:
    """The sections of a run that was written there."""
    run = json.loads((folder / "benchmark.json").read_text())
    return [
        Section(**{**section, "figures": [Figure(**figure) for figure in section["figures"]]})
        for section in run["sections"]
    ]


def lines(run: Run) -> Iterator[str]:
    """The table, in Markdown."""
    before, after = run.yardsticks
    yield (
        f"{run.products:,} products; {run.machine.processor}, {run.machine.cores} cores, load {run.machine.load}; "
        f"64 MB are hashed in {before:.0f} ms before and {after:.0f} after."
    )
    for section in run.sections:
        yield ""
        yield f"**{section.title}.** {section.explanation}"
        yield ""
        yield f"| what | {f'times {section.compared_with}' if section.compared_with else ''} | median | p95 | |"
        yield "| --- | ---: | ---: | ---: | --- |"
        yield from map(_line, section.figures)


def _line(figure: Figure) -> str:
    times = f"{figure.times:g}" if figure.times else ""
    p95 = f"{figure.p95:g}" if figure.p95 is not None else ""
    return f"| {figure.what} | {times} | {figure.median:g} {figure.unit} | {p95} | {figure.note} |"


def _bars(section: Section) -> Iterator[Bar]:
    durations = [figure for figure in section.figures if figure.unit == "ms"]
    longest = max((figure.p95 or figure.median for figure in durations), default=1)
    shortest = min((figure.median for figure in durations), default=1) / 2
    for figure in section.figures:
        if figure in durations:
            yield Bar(figure, *(_place(value, shortest, longest) for value in (figure.median, figure.p95 or 0)))
        else:
            yield Bar(figure, 0, 0)


def _place(value: float, shortest: float, longest: float) -> int:
    if value <= shortest:
        return 0
    return round(PLOT_WIDTH * math.log(value / shortest) / math.log(longest / shortest))
