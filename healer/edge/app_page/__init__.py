"""A page on this machine alone that leads to an App of one's own: GitHub makes it, its key becomes a secret.

flow.py     what happened so far, and what each request means: no network of its own
server.py   HTTP on loopback, and who may speak to it
page.py     the HTML, without scripts and without anything from elsewhere
browser.py  opening it, or saying where it is
"""

from healer.edge.app_page.browser import show
from healer.edge.app_page.flow import Exchange, Flow, Store
from healer.edge.app_page.server import Served, serving

__all__ = ["Exchange", "Flow", "Served", "Store", "serving", "show"]
