"""The invoice of an order."""


class Invoice:
    def __init__(self, order):
        self.order = order

    def address(self):
        customer = self.order["customer"]
        return f"{customer['name']}, {customer['address']['city']}"

    def number(self):
        try:
            return self.order["number"]
        except KeyError:
            return "draft"
