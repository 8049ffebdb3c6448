import fastify from "fastify";

export const app = fastify();

app.get("/", async () => "ok");
app.listen({ port: 1 });
