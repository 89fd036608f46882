VALUES = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]  # fmt: skip


def to_roman(number: int) -> str:
    if not 0 < number < 4000:
        raise ValueError("a number from 1 to 3999 is expected")
    letters = []
    for value, letter in VALUES:
        count, number = divmod(number, value)
        letters.append(letter * count)
    return "".join(letters)


def from_roman(text: str) -> int:
    number, rest = 0, text.upper()
    for value, letter in VALUES:
        while rest.startswith(letter):
            number += value
            rest = rest[len(letter) :]
    if rest or not number or to_roman(number) != text.upper():
        raise ValueError(f"not a Roman numeral: {text}")
    return number
