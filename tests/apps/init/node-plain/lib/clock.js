const http = require('node:http');

const server = http.createServer((request, response) => {
  response.end(new Date().toISOString());
});

server.listen(3000);
