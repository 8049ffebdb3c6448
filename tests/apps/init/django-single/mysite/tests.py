from django.test import SimpleTestCase


class StockTest(SimpleTestCase):
    def test_stock(self):
        self.assertEqual(self.client.get("/stock/pen").json(), {"left": 3})
