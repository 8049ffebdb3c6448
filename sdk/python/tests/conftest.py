"""For all tests."""

from hypothesis import HealthCheck, settings

# How long an example takes beside other loads says nothing.
settings.register_profile("splat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("splat")
