"""One page that shows two reports side by side, in the style of a report's own."""

from pathlib import Path

from board_tests.comparison import charts, wording
from board_tests.comparison.differences import Comparison
from board_tests.report import wording as report_wording
from board_tests.report.templates import drawn, templates

_TEMPLATES = templates(Path(__file__).parent)


def render(comparison: Comparison) -> str:
    """The whole page as text."""
    changes = comparison.changes
    shown = changes[: wording.SHOWN]
    return _TEMPLATES.get_template("comparison.html.j2").render(
        comparison=comparison,
        words=wording,
        report_words=report_wording,
        changes=shown,
        further=len(changes) - len(shown),
        changes_chart=drawn(charts.ratios, [figure for figure, _ in shown if figure.ratio]),
        subjects_chart=drawn(charts.subjects, comparison.subjects),
    )
