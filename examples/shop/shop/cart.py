"""The cart: lines, and what they cost together."""

from dataclasses import dataclass, field
from typing import List

from shop.catalog import Product, find_product
from shop.discounts import find_discount


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: int

    @property
    def cents(self) -> int:
        return self.product.cents * self.quantity


@dataclass
class Cart:
    lines: List[Line] = field(default_factory=list)
    code: str = ""

    def add(self, sku: str, quantity: int) -> None:
        if quantity < 1:
            raise ValueError(f"quantity must be at least 1, not {quantity}")
        self.lines.append(Line(find_product(sku), quantity))

    def subtotal(self) -> int:
        return sum(line.cents for line in self.lines)

    def total(self) -> int:
        """The cart's price in cents, after the discount."""
        subtotal = self.subtotal()
        if not self.code:
            return subtotal
        discount = find_discount(self.code)
        if subtotal < discount.minimum_cents:
            return subtotal
        return subtotal - subtotal * discount.percent // 100
