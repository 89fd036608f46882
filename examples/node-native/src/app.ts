import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { Accounts, NameTaken } from "./accounts";
import { supports } from "./clients";

interface Credentials {
  name: string;
  password: string;
}

function credentials(body: unknown): Credentials | null {
  const { name, password } = (body ?? {}) as Partial<Credentials>;
  if (typeof name !== "string" || !/^[a-z][a-z0-9-]{2,30}$/.test(name)) return null;
  if (typeof password !== "string" || password.length < 8) return null;
  return { name, password };
}

export function createApp(accounts: Accounts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "10kb" }));

  app.get("/", (_request, response) => {
    response.json({ service: "accounts", accounts: accounts.count });
  });

  app.get("/health", (_request, response) => {
    response.json({ status: "ok" });
  });

  app.get("/clients/:version", (request, response) => {
    response.json({ version: request.params.version, supported: supports(request.params.version) });
  });

  app.post("/accounts", async (request, response) => {
    const given = credentials(request.body);
    if (!given) {
      response.status(422).json({ error: "name or password does not fit" });
      return;
    }
    await accounts.create(given.name, given.password);
    response.status(201).json({ name: given.name });
  });

  app.post("/sessions", async (request, response) => {
    const given = credentials(request.body);
    const known = given !== null && (await accounts.verify(given.name, given.password));
    response.status(known ? 200 : 401).json({ known });
  });

  app.use((request, response) => {
    response.status(404).json({ error: "not found", path: request.path });
  });

  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof NameTaken) {
      response.status(409).json({ error: error.message });
      return;
    }
    console.error(error.message);
    response.status(500).json({ error: "internal error" });
  });

  return app;
}
