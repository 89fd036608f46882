"use strict";

const express = require("express");
const { Queue } = require("./queue.js");

const queue = new Queue();
const app = express();
app.use(express.json());

app.get("/", (request, response) => response.json({ waiting: queue.size }));
app.get("/health", (request, response) => response.send("ok"));
app.post("/jobs", (request, response) => response.status(201).json(queue.push(request.body)));
app.post("/jobs/next", (request, response) => {
  const job = queue.shift();
  if (job) response.json(job);
  else response.status(204).end();
});

const server = app.listen(3000, () => console.log("queue: listening on 3000"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
