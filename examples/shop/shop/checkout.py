"""From an order as it arrives to a receipt."""

from typing import Any, Dict

from shop.cart import Cart


def read_cart(order: Dict[str, Any]) -> Cart:
    cart = Cart(code=order.get("code", ""))
    for line in order["lines"]:
        cart.add(line["sku"], line["quantity"])
    return cart


def checkout(order: Dict[str, Any]) -> str:
    """The receipt for an order."""
    cart = read_cart(order)
    lines = [f"{line.quantity:>3} x {line.product.name:<20} {line.cents / 100:>8.2f}" for line in cart.lines]
    lines.append(f"{'total':<26} {cart.total() / 100:>8.2f}")
    return "\n".join(lines)
