"""The reports of checks that explain a missing figure."""

from __future__ import annotations

from rules.facts import CheckReported
from rules.program import Program
from rules.vocabulary.unknown import Unknown


def missing_report(program: Program, indicator: str) -> CheckReported | None:
    """The newest report that no figure is available, by a check of the indicator's own producer; None if there is none."""
    states = [program.checks[name] for name in program.plan.read_by.get(indicator, ()) if name in program.checks]
    told = [state for state in states if state.report is not None and state.reported_at is not None]
    if not told:
        return None
    report = max(told, key=lambda state: state.reported_at or program.started_at).report
    return report if report is not None and report.outcome != "read" else None


def unknown_figure(program: Program, indicator: str, lack: Unknown) -> Unknown:
    """The Unknown for a missing figure, with the report of its check: a retired code differs from a late release."""
    report = missing_report(program, indicator)
    if report is None or report.outcome == "read":
        return lack
    sentence = f"{lack.sentence} {program.plan.checks[report.check].title}: {report.sentence}"
    return Unknown(lack.why if report.outcome == "missing" else report.outcome, sentence)
