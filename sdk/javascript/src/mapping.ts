/** Mappings whose keys come from outside: `__proto__` is a key like any other. */
export type Mapping = Record<string, unknown>;

/** `made[key] = value`, whatever the key is. */
export function put<Value>(made: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  } else made[key] = value;
}

/** Whether the mapping itself has the key. */
export function has(mapping: object, key: string): boolean {
  return Object.prototype.hasOwnProperty.call(mapping, key);
}

/** The value of a mapping's own key; undefined where it has none. */
export function own(mapping: object, key: string): unknown {
  return has(mapping, key) ? (mapping as Mapping)[key] : undefined;
}

/** Whether it is a mapping, as JSON knows them: no list, no null. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `part` without the keys `names`; `part` itself when it has none of them. */
export function without<Part extends object>(part: Part, names: readonly string[]): Part {
  if (!names.some((name) => has(part, name))) return part;
  return Object.fromEntries(Object.entries(part).filter(([key]) => !names.includes(key))) as Part;
}
