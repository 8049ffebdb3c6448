const http = require('node:http');

const ZONES = { utc: { offset: 0 }, cet: { offset: 1 } };
const { offset } = ZONES[process.env.ZONE || 'utc'];

const server = http.createServer((request, response) => {
  response.end(new Date(Date.now() + offset * 3_600_000).toISOString());
});

server.listen(3000);
