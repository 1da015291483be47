/** Bounds of what support may ask for; apart from the schemas, since forms in the browser need nothing else of them. */
export const LIVE_LIMIT = { least: 1, most: 25, withoutSecondPerson: 10 } as const;
export const BREAK_GLASS_MINUTES = { least: 15, most: 1_440 } as const;
