"""Splat turns a production error into a small, proven, reviewable pull request."""

__version__ = "0.1.0"
