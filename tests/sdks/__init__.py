"""Every SDK, driven by the same words, beside the same GitHub."""
