// Serves a folder, and the relay beside it; a script for pages of other origins.
const { existsSync, readFileSync } = require('node:fs');
const http = require('node:http');
const { extname, join } = require('node:path');
const splat = require('../../dist/cjs/index.js');

const [folder, ...origins] = process.argv.slice(2);
splat.init({ release: 'abc123', environment: 'test' });
const relay = splat.relay({ origins });
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/splat') {
    request.on('data', (data) => console.log(`body ${data}`));
    return relay(request, response);
  }
  if (path === '/foreign.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript' });
    return response.end("setTimeout(() => { throw new Error('of another origin'); });");
  }
  const file = join(folder, path.endsWith('.js') ? path : 'index.html');
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': TYPES[extname(file)] });
  response.end(readFileSync(file));
});
server.listen(0, () => console.log(`port ${server.address().port}`));
