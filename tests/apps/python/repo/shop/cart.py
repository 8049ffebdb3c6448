"""What a customer is about to buy."""


def find(prices, name):
    for known, cents in prices:
        if known == name:
            return cents
    return None


def total(prices, names):
    """The sum of the cart in cents, with three for two of the cheapest."""
    cents = [find(prices, name) for name in names]
    cheapest = min(cents)
    free = cheapest if len(cents) >= 3 else 0
    return sum(cents) - free
