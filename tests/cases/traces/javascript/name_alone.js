class Quiet extends Error { get name(){return 'Quiet'} } function f(){ throw new Quiet() } f();
