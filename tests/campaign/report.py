"""What came of campaigns, as JSON and as Markdown."""

import json
import os
import platform
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tests.campaign.course import Result
from tests.campaign.faults import FAULTS
from tests.campaign.load import Answer

OUTCOMES = ("answered", "refused", "failed", "lost")


def as_json(results: Sequence[Result], command: str) -> str:
    """Everything but the single requests, of which it has the counts."""
    return json.dumps(
        {
            "command": command,
            "day": date.today().isoformat(),
            "machine": _machine(),
            "campaigns": [
                {
                    "broker": result.plan.broker,
                    "seed": result.plan.seed,
                    "products": result.products,
                    "seconds": round(result.seconds),
                    "effective": result.effective(),
                    "findings": result.findings,
                    "seconds_to_settle": result.seconds_to_settle,
                    "largest_difference": result.largest_difference,
                    "faults": _faults([result]),
                    "alone": {kind: dict(counts) for kind, counts in result.alone.items()},
                    "requests": _requests(result.answers),
                }
                for result in results
            ],
        },
        indent=1,
    )


def as_markdown(results: Sequence[Result], command: str) -> str:
    answers = [answer for result in results for answer in result.answers]
    findings = [f"{result.plan.broker}: {finding}" for result in results for finding in result.findings]
    settled = [seconds for result in results for seconds in result.seconds_to_settle]
    effective = sum(result.effective() for result in results)
    return "\n".join(
        [
            "# Resilience",
            "",
            "What becomes of the shop while its parts are killed, stopped, cut off, filled up and torn, and after",
            "that. This page is written by the campaign of faults, `tests/campaign/`:",
            "",
            "```sh",
            command,
            "```",
            "",
            f"{date.today().isoformat()}, {_machine()}.",
            "",
            *(_course(result) for result in results),
            "",
            f"**{effective} effective faults; lost or left behind: {len(findings)}.** A fault is effective when it",
            "hit something: a process that ran, a message that waited, a connection that was open, a file that was",
            "there.",
            "After each round the imports end, the command runs once more over the files that were torn, and the shop",
            "comes to rest by itself. Then every product, vector and failure equals an undisturbed shop's, and no row,",
            "file, message or process is left that is nobody's. "
            f"The largest difference of a number of a vector was {max(r.largest_difference for r in results):.1e}.",
            "",
            *([*(f"- {finding}" for finding in findings), ""] if findings else []),
            f"From the last fault of a round until the shop was at rest, the imports included: median "
            f"{statistics.median(settled or [0]):.0f} s, at most {max(settled or [0]):.0f} s.",
            "",
            "## While one part is away",
            "",
            "Requests of visitors: pages, lists, word and photo searches. Refused is 503 (or 429) with `Retry-After`,",
            "failed another 5xx or a cut connection, lost no answer within 30 s.",
            "",
            *_table(("away", "broker", *OUTCOMES, "answered, %"), _alone(results)),
            "",
            "## Faults",
            "",
            *_table(("fault", "tried", "effective"), ((kind, *counts) for kind, counts in _faults(results).items())),
            "",
            "## Requests during the whole campaign",
            "",
            "Two faults at once, one after the other, without a break.",
            "",
            *_table(
                ("what", *OUTCOMES, "median, ms"),
                (
                    (what, *(found.get(name, 0) for name in OUTCOMES), found["median_ms"])
                    for what, found in _requests(answers).items()
                ),
            ),
            "",
        ]
    )


def _course(result: Result) -> str:
    plan = result.plan
    return (
        f"- Broker {plan.broker}: {result.products} products, seed {plan.seed}, {plan.rounds} rounds, "
        f"{plan.visitors} visitors; {result.generations} imports of half the catalogue, for which the command was run "
        f"{result.runs_of_the_command} times; the desk took {result.accepted_by_the_desk} and was told "
        f"{result.resumed_at_the_desk} times to go on; {result.seconds / 60:.0f} minutes."
    )


def _faults(results: Iterable[Result]) -> dict[str, tuple[int, int]]:
    """{kind: (tried, effective)}, those too that were not possible."""
    events = [event for result in results for event in result.events]
    tried = Counter(event.kind for event in events)
    effective = Counter(event.kind for event in events if event.hit)
    return {fault.kind: (tried[fault.kind], effective[fault.kind]) for fault in FAULTS}


def _requests(answers: Iterable[Answer]) -> dict[str, dict[str, int]]:
    """{what: {outcome: count, "median_ms": of those that were answered}}."""
    by_kind: dict[str, list[Answer]] = {}
    for answer in answers:
        by_kind.setdefault(answer.what, []).append(answer)
    return {
        what: {
            **Counter(answer.outcome for answer in found),
            "median_ms": round(
                1000 * statistics.median([answer.seconds for answer in found if answer.outcome == "answered"] or [0])
            ),
        }
        for what, found in sorted(by_kind.items())
    }


def _alone(results: Iterable[Result]) -> Iterable[tuple[object, ...]]:
    for result in results:
        for kind, counts in result.alone.items():
            share = 100 * counts["answered"] / max(counts.total(), 1)
            yield kind, result.plan.broker, *(counts[name] for name in OUTCOMES), f"{share:.1f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


def _machine() -> str:
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load} at the end"


def write(results: Sequence[Result], command: str, path: Path) -> None:
    """The Markdown at this path, the JSON beside it."""
    path.write_text(as_markdown(results, command))
    path.with_suffix(".json").write_text(as_json(results, command) + "\n")
