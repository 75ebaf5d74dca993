"""The report of a measurement: what it holds, and how it is checked, shown and kept."""
