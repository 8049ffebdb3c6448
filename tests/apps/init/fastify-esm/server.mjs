import Fastify from "fastify";

const server = Fastify({ logger: true }).withTypeProvider();

const JOBS = { 1: { state: "done" } };

server.get("/jobs/:id", async (request) => ({ state: JOBS[request.params.id].state }));

await server.listen({ port: Number(process.env.PORT ?? 3000) });
