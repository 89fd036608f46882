import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Library } from "./library";
import { bookRoutes } from "./routes/books";
import { statisticRoutes } from "./routes/statistics";

export function createApp(library: Library): Hono {
  const app = new Hono();

  app.get("/", (c) => c.json({ name: "library", books: library.all().length }));
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.route("/books", bookRoutes(library));
  app.route("/statistics", statisticRoutes(library));

  app.notFound((c) => c.json({ error: "not found", path: c.req.path }, 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) {
      return c.json({ error: error.message }, error.status);
    }
    console.error(error);
    return c.json({ error: "internal error" }, 500);
  });
  return app;
}
