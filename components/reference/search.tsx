'use client';

import { useEffect, useState } from 'react';

/** Filters the operations that stand on the page. Without scripts the same form asks the server. */
export function ReferenceSearch({ asked }: { asked: string }) {
  const [query, setQuery] = useState(asked);
  const [found, setFound] = useState<number | null>(null);
  useEffect(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of document.querySelectorAll<HTMLElement>('[data-words]')) {
      const text = one.dataset.words ?? '';
      one.hidden = !words.every((word) => text.includes(word));
      if (!one.hidden) count += 1;
    }
    for (const section of document.querySelectorAll<HTMLElement>('[data-section]')) {
      section.hidden = section.querySelector('[data-words]:not([hidden])') === null;
    }
    setFound(words.length > 0 ? count : null);
  }, [query]);
  return (
    <form className="reference-search" method="get">
      <label className="sr-only" htmlFor="reference-query">
        Search operations
      </label>
      <input
        className="input"
        id="reference-query"
        type="search"
        name="q"
        placeholder="Search operations, paths and fields"
        autoComplete="off"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <button className="btn without-scripts" type="submit">
        Search
      </button>
      <p className="small soft" aria-live="polite">
        {found === 0 ? 'Nothing matches. Try a path or a field, such as renewal or notAfter.' : ''}
      </p>
    </form>
  );
}
