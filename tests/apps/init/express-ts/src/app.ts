import express, { type Express } from "express";

export function createApp(): Express {
  const app: Express = express();
  app.get("/", (_request, response) => void response.send("ok"));
  return app;
}
