import { Hono } from "hono";
import { convert, UNITS } from "./units";

const app = new Hono();

app.get("/", (c) => c.json({ units: Object.keys(UNITS) }));
app.get("/health", (c) => c.text("ok"));
app.get("/convert/:value/:from/:to", (c) => {
  const { value, from, to } = c.req.param();
  const result = convert(Number(value), from, to);
  return result === null ? c.json({ error: "cannot convert" }, 422) : c.json({ result });
});

const server = Bun.serve({ port: Number(process.env.PORT ?? 3000), fetch: app.fetch });
console.log(`units: listening on ${server.port}`);
process.on("SIGTERM", () => process.exit(0));
