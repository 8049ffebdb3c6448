"""Splat turns a production error into a small, proven, reviewable pull request."""

__version__ = "0.1.0"

REPOSITORY = "splat-heal/splat"
"""Where Splat itself lives: owner and name, as workflows call it."""
