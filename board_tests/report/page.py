"""One page that shows a report: self-contained, light or dark, on a desk or on a phone."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from board_tests.report import charts, wording
from board_tests.report.peers import comparisons, groups, rates
from board_tests.report.schema import Interrupts, Report

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(report: Report) -> str:
    """The whole page as text."""
    measured_rates = rates(report)
    # Markup: a drawing is SVG, in which matplotlib has escaped every name already.
    return _TEMPLATES.get_template("page.html.j2").render(
        report=report,
        words=wording,
        rates=measured_rates,
        rates_chart=Markup(charts.rates(measured_rates)) if measured_rates else None,
        groups=[
            (group, Markup(charts.operations(group.operations))) for group in groups(report["ops"])
        ],
        comparisons=[
            (comparison, Markup(charts.ways_through(comparison.ways, comparison.yardstick)))
            for comparison in comparisons(report["ops"])
        ],
        runs=[(run, _durations(run)) for run in report["isr"]],
    )


def _durations(run: Interrupts) -> Markup | None:
    histogram = run.get("handler_histogram")
    if histogram is None or not any(histogram["counts"]):
        return None
    return Markup(charts.durations(histogram, run["handler_cycles"]))
