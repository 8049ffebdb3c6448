import Fastify from "fastify";

const server = Fastify({ logger: true }).withTypeProvider();

server.get("/jobs/:id", async (request) => ({ id: request.params.id.trim() }));

await server.listen({ port: 3000 });
