"""The campaign of faults: a shop is hurt in every way that machines know, while it works, and nothing may be lost.

`python -m tests.campaign --help` says how it is run; what came of it last is in docs/resilience.md.
"""
