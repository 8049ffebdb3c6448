function copy(value) { return structuredClone(value); }
copy({ f() {} });
