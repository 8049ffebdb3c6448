import pytest

from shop.cart import find, total

PRICES = [("tea", 450), ("cup", 1200), ("spoon", 250)]


@pytest.mark.parametrize(("names", "cents"), [(["tea"], 450), (["tea", "cup"], 1650), (["tea", "cup", "spoon"], 1650)])
def test_total(names, cents):
    assert total(PRICES, names) == cents


def test_find():
    assert find(PRICES, "cup") == 1200


def test_find_nothing():
    assert find(PRICES, "plate") is None
