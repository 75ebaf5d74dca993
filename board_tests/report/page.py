"""One page that shows a report: self-contained, light or dark, on a desk or on a phone.

First stands where the figures come from; then what tells whether to use a container; then all.
"""

from markupsafe import Markup

from board_tests.report import charts, wording
from board_tests.report.peers import comparisons, groups, kinds, rates
from board_tests.report.schema import Interrupts, Report
from board_tests.report.templates import drawn, templates

_TEMPLATES = templates()


def render(report: Report) -> str:
    """The whole page as text."""
    ways, of_subject = rates(report), kinds(report["ops"])
    timed = [run for run in report["isr"] if run["handler_cycles"] is not None]
    return _TEMPLATES.get_template("page.html.j2").render(
        report=report,
        words=wording,
        kinds=of_subject,
        rates=ways,
        rates_chart=drawn(charts.rates, ways),
        comparisons=[
            (comparison, Markup(charts.ways_through(comparison.ways, comparison.yardstick)))
            for comparison in comparisons(report["ops"])
        ],
        handlers_chart=drawn(lambda runs: charts.handlers(runs, of_subject), timed),
        memory_chart=drawn(lambda memory: charts.memory(memory, of_subject), report["memory"]),
        groups=[
            (group, Markup(charts.operations(group.operations))) for group in groups(report["ops"])
        ],
        histograms=[(run, chart) for run in report["isr"] if (chart := _durations(run))],
    )


def _durations(run: Interrupts) -> Markup | None:
    histogram = run.get("handler_histogram")
    if histogram is None or not any(histogram["counts"]):
        return None
    return Markup(charts.durations(histogram, run["handler_cycles"]))
