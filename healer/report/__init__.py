"""Stage 1: the error, from a trace, a log, an issue or an SDK's report.

value.py    Report, what every later stage sees
read.py     read_report: an event's text becomes a Report, or is declined
choose.py   which of the traces in a text is the one
wire.py     the SDKs' JSON, checked against sdk/report.schema.json, and back
"""

from healer.report.read import MAX_BYTES, read_report
from healer.report.value import Report
from healer.report.wire import SCHEMA, schema, to_wire

__all__ = ["MAX_BYTES", "SCHEMA", "Report", "read_report", "schema", "to_wire"]
