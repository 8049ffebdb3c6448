import unittest

from shop.cart import Cart


class CartTest(unittest.TestCase):
    def test_an_empty_cart_costs_nothing(self):
        self.assertEqual(Cart().total(), 0)

    def test_the_total_is_the_sum_of_the_lines(self):
        cart = Cart()
        cart.add("tea-01", 2)
        cart.add("pot-01", 1)
        self.assertEqual(cart.total(), 4500)

    def test_a_discount_is_taken_off(self):
        cart = Cart(code="WELCOME")
        cart.add("pot-01", 1)
        self.assertEqual(cart.total(), 2880)

    def test_a_discount_waits_for_its_minimum(self):
        cart = Cart(code="TEATIME")
        cart.add("tea-01", 1)
        self.assertEqual(cart.total(), 650)

    def test_a_quantity_below_one_is_refused(self):
        with self.assertRaises(ValueError):
            Cart().add("tea-01", 0)


if __name__ == "__main__":
    unittest.main()
