function f(){ return new TypeError('inside an object'); }
console.log({ level:'error', error: f(), list:[f()] });
console.log(new Map([['k', f()]]));
