function f(){ const e=new Error('multi\nline: with colon\n\nTypeError-like words'); e.name='OrderProblem'; throw e } f();
