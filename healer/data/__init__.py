"""Tables that are data, not code: prices, triage rules, the configuration's schema."""
