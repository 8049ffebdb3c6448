import unittest

from report import total


class TotalTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total("2026-10"), 12)
