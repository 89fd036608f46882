"""What is on the shelves, in memory or in PostgreSQL."""

from contextlib import closing

import psycopg2


class MemoryStock:
    def __init__(self, counts=None):
        self._counts = dict(counts or {})

    @classmethod
    def with_samples(cls):
        return cls({"bolts": 120, "nuts": 80, "washers": 0})

    def client(self):
        return f"libpq {psycopg2.__libpq_version__ // 10000}"

    def items(self):
        return sorted(self._counts.items())

    def change(self, name, by):
        count = self._counts.get(name, 0) + by
        if count < 0:
            raise ValueError(f"there are not that many {name}")
        self._counts[name] = count
        return count


class PostgresStock(MemoryStock):
    def __init__(self, url):
        super().__init__()
        self._url = url

    def _connect(self):
        return closing(psycopg2.connect(self._url, connect_timeout=5))

    def items(self):
        with self._connect() as connection, connection, connection.cursor() as cursor:
            cursor.execute("SELECT name, count FROM items ORDER BY name")
            return cursor.fetchall()

    def change(self, name, by):
        with self._connect() as connection, connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO items (name, count) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET count = items.count + excluded.count RETURNING count",
                (name, by),
            )
            (count,) = cursor.fetchone()
            if count < 0:
                raise ValueError(f"there are not that many {name}")
            return count
