/**
 * Next bundles routes, pages and instrumentation apart from the code that starts the portal, so module state would
 * exist several times. What must exist once per process lives here, by name.
 */
const KEY = Symbol.for('countersign.process-wide');

type Registry = Map<string, unknown>;

function registry(): Registry {
  const holder = globalThis as typeof globalThis & { [KEY]?: Registry };
  holder[KEY] ??= new Map();
  return holder[KEY];
}

/** The value kept under `name`, made on first use. */
export function processWide<T>(name: string, make: () => T): T {
  const values = registry();
  if (!values.has(name)) values.set(name, make());
  return values.get(name) as T;
}

export function setProcessWide(name: string, value: unknown): void {
  registry().set(name, value);
}
