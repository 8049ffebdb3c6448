import unittest

from shop.checkout import checkout


class CheckoutTest(unittest.TestCase):
    def test_the_receipt_ends_in_the_total(self):
        receipt = checkout({"lines": [{"sku": "tea-02", "quantity": 3}], "code": "welcome"})
        self.assertTrue(receipt.endswith("15.93"), receipt)


if __name__ == "__main__":
    unittest.main()
