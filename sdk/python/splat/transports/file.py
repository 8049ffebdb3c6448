"""T3, `file`: one file an item, for local use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, List, Sequence

from splat import files
from splat.outcome import Outcome
from splat.transports.none import Nowhere
from splat.wire import text_of

if TYPE_CHECKING:
    from splat.values import Item


class File(Nowhere):
    """Writes into one folder, which it makes."""

    def __init__(self, folder: str, warn: Callable[..., None]) -> None:
        self._folder = folder
        self._warn = warn

    def send(self, batch: Sequence[Item]) -> List[Outcome]:
        """See `Transport`."""
        return [self._written(item) for item in batch]

    def _written(self, item: Item) -> Outcome:
        try:
            files.private(self._folder)
            files.write(self._folder, files.unused(self._folder, files.name_of(item)), text_of(item))
        except OSError as error:
            why = error.strerror or str(error)
            self._warn(
                f"reports cannot be written to {self._folder} ({why}); they are kept and tried again. Give the option "
                "`folder` one that belongs to this user and has room.",
                "file",
            )
            return Outcome.LATER
        return Outcome.DELIVERED
