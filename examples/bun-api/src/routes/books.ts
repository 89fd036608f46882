import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { Library } from "../library";

const newBook = z.object({
  title: z.string().min(1).max(200),
  author: z.string().min(1),
  year: z.number().int().min(1450).max(2100),
  tags: z.array(z.string()).default([]),
});

export function bookRoutes(library: Library): Hono {
  const routes = new Hono();

  routes.get("/", (c) => {
    const query = c.req.query("q");
    return c.json(query ? library.search(query) : library.all());
  });

  routes.get("/:id{[0-9]+}", (c) => {
    const book = library.get(Number(c.req.param("id")));
    if (!book) throw new HTTPException(404, { message: "no such book" });
    return c.json(book);
  });

  routes.post("/", async (c) => {
    const parsed = newBook.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) {
      return c.json({ error: "invalid book", issues: parsed.error.issues }, 422);
    }
    return c.json(library.add(parsed.data), 201);
  });

  routes.delete("/:id{[0-9]+}", (c) => {
    if (!library.remove(Number(c.req.param("id")))) {
      throw new HTTPException(404, { message: "no such book" });
    }
    return c.body(null, 204);
  });

  return routes;
}
