"""Which temperature holds from which hour on; the last of a day holds until the first of the next."""


class Schedule:
    def __init__(self, degrees: dict[int, float]) -> None:
        self._degrees = dict(degrees)

    def settings(self) -> list[tuple[int, float]]:
        return sorted(self._degrees.items())

    def at(self, hour: int) -> float:
        before = [start for start in self._degrees if start <= hour]
        return self._degrees[max(before or self._degrees)]

    def change(self, hour: int, degrees: float) -> None:
        self._degrees[hour] = degrees
