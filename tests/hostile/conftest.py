"""Sums up what the corpus took."""

from collections import defaultdict

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    kinds = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            told = dict(getattr(report, "user_properties", ()))
            if getattr(report, "when", "") == "call" and "megabytes" in told:
                kinds[told["kind"]].append((told["seconds"], told["megabytes"]))
    if kinds:
        terminalreporter.section("hostile corpus")
        terminalreporter.line("| kind | cases | slowest (s of a processor) | largest (MB more than the modules) |")
        terminalreporter.line("| --- | --- | --- | --- |")
        for kind, found in kinds.items():
            seconds, megabytes = (max(column) for column in zip(*found, strict=True))
            terminalreporter.line(f"| {kind} | {len(found)} | {seconds:.2f} | {megabytes:.0f} |")
