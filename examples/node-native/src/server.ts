import { createServer } from "node:http";
import { createApp } from "./app";
import { Accounts } from "./accounts";

const port = Number(process.env.PORT ?? 3000);
const accounts = new Accounts(Number(process.env.BCRYPT_ROUNDS ?? 6));
const server = createServer(createApp(accounts));

server.listen(port, () => console.log(`accounts: listening on ${port}`));

process.on("SIGTERM", () => {
  console.log("accounts: closing");
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
