const vm=require('vm'); vm.runInThisContext('function go(){ return nope } \n go()');
