import type { ReferenceSection } from '@/lib/contract/reference';
import { sectionName } from './words';

/** Every operation, by section, beside them on a desk. */
export function Contents({ sections }: { sections: readonly ReferenceSection[] }) {
  return (
    <nav className="reference-contents" aria-label="Operations">
      <ul>
        <li>
          <a href="#calling">Calling it</a>
        </li>
        <li>
          <a href="#versions">What may change</a>
        </li>
      </ul>
      {sections.map(({ name, operations }) => (
        <div key={name}>
          <p>{sectionName(name)}</p>
          <ul>
            {operations.map(({ id, method, summary }) => (
              <li key={id}>
                <a href={`#${id}`} title={summary}>
                  <span className="mono">{method}</span> {summary}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
