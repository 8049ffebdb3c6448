// An app on Fastify: `node fastify.cjs fastify4|fastify5 [own]`.
const [, , version, own] = process.argv;
const fastify = require(version);
const splat = process.env.BARE ? undefined : require('../../..');
splat?.init();

/** A stream that ends when nobody reads it any more. */
function endless() {
  const { Readable } = require('node:stream');
  return new Readable({
    read() {
      setTimeout(() => this.push('more'), 5);
    },
  });
}

const app = fastify({ logger: false });
splat?.fastify(app);

class NotThere extends Error {}

if (own) {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof NotThere) return reply.code(404).send('own: not there');
    reply.code(error.statusCode ?? 500).send(`own: ${error.message ?? error}`);
  });
}
app.get('/', async () => 'good');
app.get('/items/:id', function item(request) {
  splat?.setTag('item', request.params.id);
  throw new TypeError(`no item ${request.params.id}`);
});
app.get('/async', async function asynchronous() {
  await null;
  throw new Error('asynchronous');
});
app.get('/sent', function sent(request, reply) {
  reply.send(new RangeError('sent'));
});
app.get('/missing', () => {
  throw new NotThere('not there');
});
app.get('/forbidden', (request, reply) => {
  reply.code(403).send(new Error('no'));
});
app.get('/slow', function slow(request, reply) {
  reply.send(endless());
});
app.post('/echo', async (request) => request.body);
app.get('/checked', { schema: { querystring: { type: 'object', required: ['a'] } } }, async () => 'good');
app.get('/stream', function stream(request, reply) {
  const { Readable } = require('node:stream');
  let count = 0;
  const source = new Readable({
    read() {
      count += 1;
      if (count === 1) this.push('begun');
      else setTimeout(() => this.destroy(new Error('in the middle')), 5);
    },
  });
  reply.send(source);
});
app.register(
  async (plugin) => {
    plugin.get('/pay/:card', async function pay() {
      throw new Error('cannot pay');
    });
    plugin.get('/own', {
      errorHandler: (error, request, reply) => reply.code(500).send('route: failed'),
      handler: async function guarded() {
        throw new Error('behind a handler of the route');
      },
    });
  },
  { prefix: '/shops/:shop' },
);

app.listen({ port: 0 }).then(() => console.log(`port ${app.server.address().port}`));
