import unittest

from numerals import from_roman, to_roman


class Numerals(unittest.TestCase):
    def test_round_trip(self):
        for number in range(1, 4000):
            self.assertEqual(from_roman(to_roman(number)), number)

    def test_nonsense(self):
        for text in ("IIII", "ABC", ""):
            with self.assertRaises(ValueError):
                from_roman(text)
