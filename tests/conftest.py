"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is. What has to be fast is measured where it is asserted.
settings.register_profile("splat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("splat")
