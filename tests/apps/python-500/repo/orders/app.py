"""A small framework: what a handler raises becomes a 500, and a line in the log."""

import logging

from orders.invoice import Invoice

log = logging.getLogger("orders")

ORDERS = {
    "1": {"number": "A-1", "customer": {"name": "Ada", "address": {"city": "London"}}},
    "2": {"number": "A-2", "customer": {"name": "Grace", "address": None}},
}


def invoice(identity):
    return Invoice(ORDERS[identity]).address()


def handle(path):
    """Status and body for a path."""
    if not path.startswith("/invoice/"):
        return 404, "nothing here"
    try:
        return 200, invoice(path[len("/invoice/"):])
    except Exception:
        log.exception("the handler failed for %s", path)
        return 500, "something went wrong"
