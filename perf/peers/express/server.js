// The operations on Express with ajv: `perf compare` runs this where Node.js is installed and `npm install` was run here.
//
// Tells its address as the first line and serves until standard input ends.
"use strict";

// What Express and Node.js are run as in service.
process.env.NODE_ENV = "production";

const Ajv = require("ajv");
const express = require("express");

const KEY = "s3cret";
const ajv = new Ajv();

const isItemPath = ajv.compile({
  type: "object",
  properties: { id: { type: "integer", minimum: 1 }, item: { type: "string", maxLength: 20 } },
  required: ["id", "item"],
});
const isOrder = ajv.compile({
  type: "object",
  required: ["name", "count"],
  properties: {
    name: { type: "string", minLength: 1 },
    count: { type: "integer", minimum: 1 },
    tags: { type: "array", items: { type: "string" } },
  },
});

function requireKey(request, response, next) {
  if (request.get("X-Key") !== KEY) return response.sendStatus(401);
  next();
}

function onlyJson(request, response, next) {
  if (!request.is("application/json")) return response.sendStatus(415);
  next();
}

const app = express();
app.disable("x-powered-by");
app.disable("etag");

app.get("/hello", (request, response) => response.type("text/plain").send("Hello, World!"));

app.get("/orders/:id/items/:item", requireKey, (request, response) => {
  const path = { id: Number(request.params.id), item: request.params.item };
  if (!isItemPath(path)) return response.status(400).json({ errors: isItemPath.errors });
  response.json(path);
});

app.post("/orders", requireKey, onlyJson, express.json(), (request, response) => {
  if (!isOrder(request.body)) return response.status(422).json({ errors: isOrder.errors });
  response.status(201).json({ id: 1 });
});

// Four arguments make it the one that errors go to.
app.use((error, request, response, next) => response.status(error.status ?? 500).json({ error: error.message }));

const server = app.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address();
  console.log(`${address}:${port}`);
});
process.stdin.on("end", () => process.exit(0)).resume();
