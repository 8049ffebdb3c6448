// An app on Express: `node express.cjs express4|express5 [handler]`.
const [, , version, own] = process.argv;
const express = require(version);
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

const app = express();
splat?.express(app);

class NotThere extends Error {}

app.use(express.json());
app.get('/', (request, response) => response.send('good'));
app.get('/items/:id', function item(request, response) {
  splat?.setTag('item', request.params.id);
  throw new TypeError(`no item ${request.params.id}`);
});
app.get('/next', function handOn(request, response, next) {
  next(new RangeError('handed on'));
});
app.get('/later', (request, response, next) => {
  setTimeout(function later() {
    next(new Error('later'));
  }, 5);
});
app.get('/async', async function asynchronous(request, response, next) {
  await null;
  if (version === 'express5') throw new Error('asynchronous');
  next(new Error('asynchronous'));
});
app.get('/text', () => {
  throw 'only a text';
});
app.get('/missing', () => {
  throw new NotThere('not there');
});
app.get('/forbidden', (request, response, next) => next(Object.assign(new Error('no'), { status: 403 })));
app.get('/stream', (request, response, next) => {
  response.write('begun');
  setTimeout(function middle() {
    next(new Error('in the middle'));
  }, 5);
});
app.get('/slow', function slow(request, response, next) {
  const { pipeline } = require('node:stream');
  pipeline(endless(), response, (error) => error && next(error));
});
app.get('/unhandled/:id', async function unhandled() {
  await null;
  throw new Error('nobody waits for it');
});
app.get('/caught/:id', (request, response) => {
  splat?.captureException(new Error('caught'));
  response.end();
});
app.post('/echo', (request, response) => response.json(request.body));

const inner = express.Router();
inner.get('/pay/:card', function pay() {
  throw new Error('cannot pay');
});
app.use('/shops/:shop', inner);

const other = express();
other.get('/deep', function deep() {
  throw new Error('in another app');
});
const inOther = express.Router();
inOther.get('/caught/:id', (request, response) => {
  splat?.captureException(new RangeError('caught in another app'));
  response.end();
});
other.use('/in/:where', inOther);
app.use('/other', other);

if (own) {
  app.use((error, request, response, next) => {
    if (error instanceof NotThere) return response.status(404).send('own: not there');
    if (response.headersSent) return next(error);
    response.status(500).send(`own: ${error.message ?? error}`);
  });
}

const server = app.listen(0, () => console.log(`port ${server.address().port}`));
