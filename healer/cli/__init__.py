"""`splat`: one file a verb."""
