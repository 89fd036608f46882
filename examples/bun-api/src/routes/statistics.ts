import { Hono } from "hono";
import type { Book, Library } from "../library";

export function byDecade(books: Book[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const book of books) {
    const decade = `${Math.floor(book.year / 10) * 10}s`;
    counts[decade] = (counts[decade] ?? 0) + 1;
  }
  return counts;
}

export function statisticRoutes(library: Library): Hono {
  const routes = new Hono();
  routes.get("/decades", (c) => c.json(byDecade(library.all())));
  routes.get("/authors", (c) => c.json([...new Set(library.all().map((book) => book.author))].sort()));
  return routes;
}
