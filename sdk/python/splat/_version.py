"""The version of the distribution, and of what it says about itself in reports."""

__version__ = "0.1.0"
