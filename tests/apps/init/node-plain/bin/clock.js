#!/usr/bin/env node
console.log(new Date().toISOString());
