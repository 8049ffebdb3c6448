"""Whom `splat init` asks: a person at a terminal, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Ask(Protocol):
    """Whom questions go to. Where nobody can be asked, each gives its default."""

    def yes(self, question: str, *, default: bool) -> bool:
        """A question with two answers."""

    def choose(self, question: str, options: Sequence[tuple[str, str]], default: str) -> str:
        """One of the options (value, words), by its value."""

    def secret(self, question: str) -> str:
        """What is typed without being shown; "" for nothing."""


class Nobody:
    """Implements `Ask` for `--yes` and `--json`."""

    def yes(self, question: str, *, default: bool) -> bool:
        """Implements `Ask`."""
        return default

    def choose(self, question: str, options: Sequence[tuple[str, str]], default: str) -> str:
        """Implements `Ask`."""
        return default

    def secret(self, question: str) -> str:
        """Implements `Ask`."""
        return ""


class Person:
    """Implements `Ask` at a terminal."""

    def yes(self, question: str, *, default: bool) -> bool:
        """Implements `Ask`."""
        import questionary

        return bool(questionary.confirm(question, default=default).unsafe_ask())

    def choose(self, question: str, options: Sequence[tuple[str, str]], default: str) -> str:
        """Implements `Ask`."""
        import questionary

        choices = [questionary.Choice(words, value=value) for value, words in options]
        return str(questionary.select(question, choices, default=default).unsafe_ask())

    def secret(self, question: str) -> str:
        """Implements `Ask`."""
        import questionary

        return str(questionary.password(question).unsafe_ask() or "")
