"""All that is special about PHP."""
