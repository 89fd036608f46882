import { createApp } from "./app";
import { Library } from "./library";

const port = Number(process.env.PORT ?? 3000);
const app = createApp(Library.withSamples());
const server = Bun.serve({ port, fetch: app.fetch });

console.log(`library listening on port ${server.port}`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, async () => {
    console.log(`${signal}: closing`);
    await server.stop(true);
    process.exit(0);
  });
}
