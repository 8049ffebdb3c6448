import * as splat from '@splat-heal/sdk';
import { priceOf } from './prices.js';

splat.init({ url: '/splat', ...window.options });
window.splat = splat;

window.crashes = {
  thrown: () => setTimeout(function later() {
    priceOf({ id: 7 });
  }),
  rejected: () => void Promise.reject(new RangeError('no stock left')),
  caused: () => setTimeout(() => {
    throw new Error('cannot buy', { cause: new TypeError('no such item') });
  }),
  several: () => void Promise.any([Promise.reject(new TypeError('one')), Promise.reject(new RangeError('two'))]),
  text: () => setTimeout(() => {
    throw 'just a text';
  }),
  nothing: () => setTimeout(() => {
    throw null;
  }),
  secret: () => setTimeout(() => {
    throw new URIError('login failed: password=hunter22 for https://me:geheim@example.org/');
  }),
  caught: () => splat.captureException(new SyntaxError('seen and caught')),
};

document.querySelector('#buy').addEventListener('click', function buy() {
  throw new EvalError('cannot be bought');
});
