function fail() { throw 'cart is empty'; }
fail();
