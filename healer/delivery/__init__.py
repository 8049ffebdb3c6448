"""After the walk, on GitHub: what the job that thinks handed over is derived again, published, and told.

wanted.py   what the job that writes asks GitHub, and whether the result is still wanted
examine.py  the handover made again from the issue's own text
deliver.py  pull request, comment and ledger
words.py    Splat's last word on the issue
"""

from healer.delivery.deliver import Delivered, Delivery
from healer.delivery.examine import Examined, examine
from healer.delivery.wanted import Desk, look_again, since, still_wanted

__all__ = [
    "Delivered",
    "Delivery",
    "Desk",
    "Examined",
    "examine",
    "look_again",
    "since",
    "still_wanted",
]
