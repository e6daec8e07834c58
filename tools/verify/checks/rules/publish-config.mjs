// The private condition `@nomyo/source` lets tests, editors and eslint read `src/` across packages. It must not reach
// a user: TypeScript under the same condition would compile our sources. pnpm puts `publishConfig.exports` and
// `publishConfig.imports` in place of the originals when it packs, so these two are derived, never written by hand:
// `pnpm --filter @nomyo/checks manifests --write`.

const SOURCE_CONDITION = '@nomyo/source';

/** A map of exports or imports without the private condition, at any depth, and without what it alone led to. */
export function withoutSource(map) {
  if (typeof map !== 'object' || map === null) return map;
  return Object.fromEntries(
    Object.entries(map)
      .filter(([condition]) => condition !== SOURCE_CONDITION)
      .map(([key, value]) => [key, withoutSource(value)])
      .filter(([, value]) => typeof value !== 'object' || value === null || Object.keys(value).length > 0),
  );
}

/** The `publishConfig` that belongs to a manifest; `access` and the like stay unchanged. */
export function publishConfigOf({ exports, imports, publishConfig }) {
  return {
    ...publishConfig,
    ...(exports === undefined ? {} : { exports: withoutSource(exports) }),
    ...(imports === undefined ? {} : { imports: withoutSource(imports) }),
  };
}
