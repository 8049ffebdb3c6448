"""One function of the interpreter or of a class, with ours around it until it is taken away again."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    Function = Callable[..., Any]
    #: Gets what is there and whether ours is still wanted; gives ours.
    Maker = Callable[[Function, Callable[[], bool]], Function]


class Hook:
    """`make` is asked anew each time: another hook may stand around the last one, which must not call this one."""

    def __init__(self, place: Any, name: str, make: Maker) -> None:
        self._place = place
        self._name = name
        self._make = make
        self._ours: Optional[Function] = None
        self._before: Optional[Function] = None
        self._was_own = True

    def install(self) -> None:
        """Put ours around what is there, unless it is already."""
        before = getattr(self._place, self._name)
        if self._ours is not None and before is self._ours:
            return
        ours: Function = self._make(before, lambda: self._ours is ours)
        self._was_own = self._name in vars(self._place)
        self._before, self._ours = before, ours
        setattr(self._place, self._name, ours)

    def uninstall(self) -> None:
        """Put back what was there; where something else was put around ours, ours stays and only hands on."""
        ours, before = self._ours, self._before
        self._ours = self._before = None
        if ours is None or getattr(self._place, self._name) is not ours:
            return
        if self._was_own:
            setattr(self._place, self._name, before)
        else:
            delattr(self._place, self._name)
