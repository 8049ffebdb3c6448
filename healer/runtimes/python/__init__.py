"""All that is special about Python."""
