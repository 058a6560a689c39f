// A vendor's switches: typed defaults, overrides at start, changes at run time; anything unknown is refused.

/** Live settings: `current` is one object, changed in place. */
export interface LiveSettings<Settings extends object> {
  readonly current: Settings;
  /** Throws on an unknown name or a value of another kind than the default's. */
  set(name: string, value: unknown): void;
  reset(): void;
}

/** Defaults with the given overrides on top. */
export function createSettings<Settings extends object>(
  defaults: Settings,
  overrides: Readonly<Record<string, unknown>> = {},
): LiveSettings<Settings> {
  const current = structuredClone(defaults);
  const live: LiveSettings<Settings> = {
    current,
    set(name, value) {
      if (!Object.hasOwn(defaults, name)) {
        throw new Error(`unknown setting "${name}"; known: ${Object.keys(defaults).sort().join(', ')}`);
      }
      const expected = kindOf(defaults[name as keyof Settings]);
      if (kindOf(value) !== expected) {
        throw new Error(`setting "${name}" must be of kind ${expected}, not ${kindOf(value)}`);
      }
      Object.assign(current, { [name]: structuredClone(value) });
    },
    reset() {
      Object.assign(current, structuredClone(defaults));
      for (const [name, value] of Object.entries(overrides)) live.set(name, value);
    },
  };
  live.reset();
  return live;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
