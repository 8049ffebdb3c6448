"""What the shop sells. Prices are in cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    cents: int


_PRODUCTS = {
    product.sku: product
    for product in (
        Product("tea-01", "Green tea", 650),
        Product("tea-02", "Black tea", 590),
        Product("pot-01", "Tea pot", 3200),
        Product("cup-04", "Set of four cups", 2400),
    )
}


def find_product(sku: str) -> Product:
    """The product; raises KeyError for an unknown one."""
    return _PRODUCTS[sku]
