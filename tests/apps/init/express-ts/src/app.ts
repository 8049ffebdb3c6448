import express, { type Express } from "express";

const USERS = new Map([["ada", { mail: "ada@example.com" }]]);

export function createApp(): Express {
  const app: Express = express();
  app.get("/", (_request, response) => void response.send("ok"));
  app.get("/users/:name", (request, response) => void response.send(USERS.get(request.params.name)!.mail));
  return app;
}
