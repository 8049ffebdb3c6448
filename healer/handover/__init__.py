"""From the job that thinks to the job that writes: what crosses, and how little of it is believed.

record.py    pack and read: the JSON of data/handover.schema.json
rebuild.py   report, patch and confidence made again from it, on the writing side
"""

from healer.handover.rebuild import Rebuilt, mark_of, rebuild
from healer.handover.record import Handover, pack, read_handover

__all__ = ["Handover", "Rebuilt", "mark_of", "pack", "read_handover", "rebuild"]
