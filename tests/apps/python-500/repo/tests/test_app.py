import unittest

from orders.app import handle
from orders.invoice import Invoice


class AppTest(unittest.TestCase):
    def test_invoice(self):
        self.assertEqual(handle("/invoice/1"), (200, "Ada, London"))

    def test_not_found(self):
        self.assertEqual(handle("/"), (404, "nothing here"))

    def test_numbers(self):
        for order, number in (({"number": "A-1"}, "A-1"), ({}, "draft")):
            with self.subTest(number):
                self.assertEqual(Invoice(order).number(), number)
