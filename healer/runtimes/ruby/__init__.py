"""All that is special about Ruby."""
