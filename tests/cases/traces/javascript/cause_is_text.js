function f(){ throw new Error('top',{cause:'plain text'}) } f();
