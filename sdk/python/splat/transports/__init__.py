"""Where items go: one module a destination (sdk/SPEC.md, Transports)."""
