"""A run's scores as pages and as text for the terminal."""

from eval.report.pages import ReportFiles as ReportFiles
from eval.report.pages import write_difference as write_difference
from eval.report.pages import write_report as write_report
from eval.report.plots import draw_calibration as draw_calibration
from eval.report.text import write_difference_text as write_difference_text
from eval.report.text import write_summary_text as write_summary_text
