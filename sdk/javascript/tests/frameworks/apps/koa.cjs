// An app on Koa: `node koa.cjs koa2|koa3 [own]`.
const [, , version, own] = process.argv;
const Koa = require(version);
const Router = require('@koa/router');
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

const app = new Koa();
splat?.koa(app);

if (own) {
  app.use(async function catching(context, next) {
    try {
      await next();
    } catch (error) {
      context.status = error.status ?? 500;
      context.body = `own: ${error.message}\n${error.stack}`;
    }
  });
}
const router = new Router();
router.get('/', (context) => {
  context.body = 'good';
});
router.get('/items/:id', function item(context) {
  splat?.setTag('item', context.params.id);
  throw new TypeError(`no item ${context.params.id}`);
});
router.get('/async', async function asynchronous() {
  await null;
  throw new Error('asynchronous');
});
router.get('/caught/:id', (context) => {
  splat?.captureException(new Error('caught'));
  context.body = '';
});
router.get('/forbidden', (context) => context.throw(403, 'no'));
router.get('/failed', function failed(context) {
  context.throw(500, 'told to fail');
});
router.get('/stream', function stream(context) {
  const { Readable } = require('node:stream');
  let count = 0;
  context.body = new Readable({
    read() {
      count += 1;
      if (count === 1) this.push('begun');
      else setTimeout(() => this.destroy(new Error('in the middle')), 5);
    },
  });
});
router.get('/slow', function slow(context) {
  context.body = endless();
});
app.use(router.routes());
app.use(router.allowedMethods());

const server = app.listen(0, () => console.log(`port ${server.address().port}`));
