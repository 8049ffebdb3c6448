// What a page's server does: serves a folder, and takes the reports of its pages.
const { existsSync, readFileSync, statSync } = require('node:fs');
const http = require('node:http');
const { createRequire } = require('node:module');
const { extname, join, resolve } = require('node:path');
const splat = createRequire(resolve('package.json'))('@splat-heal/sdk');

const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };
splat.init();
const relay = splat.relay();

http
  .createServer((request, response) => {
    if (request.url === '/splat') return relay(request, response);
    const asked = join(process.argv[2], request.url);
    const file = existsSync(asked) && statSync(asked).isFile() ? asked : join(process.argv[2], 'index.html');
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain' });
    response.end(readFileSync(file));
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
