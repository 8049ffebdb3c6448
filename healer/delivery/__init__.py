"""After the walk, on GitHub: what the job that thinks handed over is derived again, published, and told.

wanted.py   what the job that writes asks GitHub, and whether the result is still wanted
examine.py  the handover made again from the issue's own text, or from the log of a check that failed
repaired.py which pull request a repair goes to, and whether it still needs one
deliver.py  pull request, comment and ledger
words.py    Splat's last word on the issue
"""

from healer.delivery.deliver import Delivered, Delivery
from healer.delivery.examine import Examined, examine
from healer.delivery.repaired import meant, resumed, signature_of
from healer.delivery.wanted import Desk, look_again, since, still_wanted

__all__ = [
    "Delivered",
    "Delivery",
    "Desk",
    "Examined",
    "examine",
    "look_again",
    "meant",
    "resumed",
    "signature_of",
    "since",
    "still_wanted",
]
