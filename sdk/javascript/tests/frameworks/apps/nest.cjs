// An app on Nest: `node nest.cjs nest10|nest11 express|fastify [own]`.
const { createRequire } = require('node:module');
const { join } = require('node:path');
const [, , version, server, own] = process.argv;
const of = createRequire(join(__dirname, '..', version, 'x.js'));
of('reflect-metadata');
const { NestFactory } = of('@nestjs/core');
const { Body, Catch, Controller, ForbiddenException, Get, Module, Param, Post } = of('@nestjs/common');
const splat = process.env.BARE ? undefined : require('../../..');
splat?.init();

class NotThere extends Error {}

class Items {
  good() {
    return 'good';
  }
  item(id) {
    splat?.setTag('item', id);
    throw new TypeError(`no item ${id}`);
  }
  async later() {
    await null;
    throw new Error('asynchronous');
  }
  missing() {
    throw new NotThere('not there');
  }
  forbidden() {
    throw new ForbiddenException('no');
  }
  echo(body) {
    return body;
  }
}

function decorate(target, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, method);
  for (const each of decorators) each(target.prototype, method, descriptor);
}
decorate(Items, 'good', Get());
decorate(Items, 'item', Get(':id/show'), (target, method) => Param('id')(target, method, 0));
decorate(Items, 'later', Get('later'));
decorate(Items, 'missing', Get('missing'));
decorate(Items, 'forbidden', Get('forbidden'));
decorate(Items, 'echo', Post(), (target, method) => Body()(target, method, 0));
Controller('items')(Items);

class Broken {
  use() {
    throw new RangeError('in a middleware');
  }
}
class App {
  configure(consumer) {
    consumer.apply(Broken).forRoutes('broken');
  }
}
class Other {
  get() {
    return 'never';
  }
}
decorate(Other, 'get', Get());
Controller('broken')(Other);
Module({ controllers: [Items, Other] })(App);

class Own {
  catch(error, host) {
    const response = host.switchToHttp().getResponse();
    const status = error instanceof NotThere ? 404 : (error.getStatus?.() ?? 500);
    const answer = `own: ${error.message}`;
    if (server === 'fastify') response.code?.(status) ?? (response.statusCode = status);
    else response.status(status);
    if (response.send) response.send(answer);
    else response.end(answer);
  }
}
Catch()(Own);

const logger = { log() {}, warn() {}, debug() {}, verbose() {}, error: (...told) => console.error(...told) };

async function main() {
  const adapter = server === 'fastify' ? [new (of('@nestjs/platform-fastify').FastifyAdapter)()] : [];
  const app = await NestFactory.create(App, ...adapter, { logger });
  splat?.nest(app);
  if (own) app.useGlobalFilters(new Own());
  await app.listen(0);
  console.log(`port ${app.getHttpServer().address().port}`);
}
void main();
