import { createServer } from 'node:http';
import { quote } from './parcel.js';

const orders = new Map([
  ['1', { to: { name: 'Ada', city: 'London' }, lines: [{ grams: 300, count: 2 }] }],
  ['2', { to: { name: null, city: 'Paris' }, lines: [] }],
]);

export const load = async (id) => orders.get(id);

/** Answers GET /quote/<id>; what fails is logged and becomes a 500. */
export function serve() {
  return createServer(async (request, response) => {
    try {
      const body = JSON.stringify(await quote(load, request.url.split('/').pop()));
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
}
