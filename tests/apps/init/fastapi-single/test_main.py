import asyncio

from main import mean


def test_mean():
    assert asyncio.run(mean("berlin")) == {"mean": 20.25}
