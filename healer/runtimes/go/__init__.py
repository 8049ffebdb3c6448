"""All that is special about Go."""
