"""What became of it all: from issues, pull requests and hidden ledgers to figures.

value.py    what a forge tells: incidents, fixes, ledgers; what was left out
read.py     the hidden marker of a fix
figures.py  the figures
words.py    figures as a person says them
charts.py   plots, as SVG
page.py     one HTML page that needs nothing else
"""

from healer.status.figures import Figures, figures_of
from healer.status.page import page
from healer.status.read import State, read_state
from healer.status.value import Fix, Gathered, Incident, Merged

__all__ = ["Figures", "Fix", "Gathered", "Incident", "Merged", "State", "figures_of", "page", "read_state"]
