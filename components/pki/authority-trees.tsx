import type { AuthorityTree } from '@/lib/contract/authorities';
import { Authority } from './authority';

/** Every root, and indented below it the CAs it has signed. */
export function AuthorityTrees({ roots }: { roots: AuthorityTree[] }) {
  return (
    <section id="authorities" aria-labelledby="authorities-title">
      <h2 className="h2 mb-3" id="authorities-title">
        Authorities
      </h2>
      {roots.map((root) => (
        <div key={root.id} className="authority-tree">
          <Authority authority={root} crossSignedBy={root.crossSignedBy} />
          {root.issuing.length > 0 ? (
            <ul>
              {root.issuing.map((issuing) => (
                <li key={issuing.id}>
                  <Authority authority={issuing} />
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      ))}
    </section>
  );
}
