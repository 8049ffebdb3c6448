class A { #p(){ return this.z.q } get val(){ return this.#p() } static { this.made=1 } static make(){ return new A().val } ['comp'+1](){ return A.make() } }
const o={ run(){ return new A().comp1() }, arrow:()=>o.run() }; [3].map(()=>o.arrow());
