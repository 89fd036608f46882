import unittest

from wordcount import count_words, most_common, word_total


class Counting(unittest.TestCase):
    def test_words(self) -> None:
        self.assertEqual(count_words("to be, or not to be"), {"to": 2, "be": 2, "or": 1, "not": 1})

    def test_order(self) -> None:
        self.assertEqual(most_common("b a B c", 2), [("b", 2), ("a", 1)])

    def test_total(self) -> None:
        self.assertEqual(word_total("it's  fine"), 2)


if __name__ == "__main__":
    unittest.main()
