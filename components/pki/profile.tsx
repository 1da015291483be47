import { Link } from '@/components/ui/link';
import { PROFILE_SECTIONS } from '@/lib/pki/profile-sections';
import type { ProfileSection, ProfileTable, ProfileText } from '@/lib/pki/profile-text';

// Longer tables are half of what this page costs, and few read them.
const SHOWN_ROWS = 16;

export type Rules = 'all' | 'on request';

/** The tables that docs/certificate-profile.md is printed from. */
export function CertificateProfile({ rules }: { rules: Rules }) {
  return (
    <section id="profile" aria-labelledby="profile-title">
      <h2 className="h2" id="profile-title">
        Certificate profile
      </h2>
      <p className="small soft mt-1">
        What is in every certificate, what is checked before one is signed, and what a request must
        be like. Printed from the tables that the program works by.
      </p>
      {PROFILE_SECTIONS.map((section) => (
        <Section key={section.id} section={section} rules={rules} />
      ))}
    </section>
  );
}

function Section({
  section: { id, title, before, table, after },
  rules,
}: {
  section: ProfileSection;
  rules: Rules;
}) {
  const closed = rules === 'on request' && table.rows.length > SHOWN_ROWS;
  return (
    <section className="profile-section" id={id} aria-labelledby={`${id}-title`}>
      <h3 className="h3" id={`${id}-title`}>
        <a href={`#${id}`}>{title}</a>
      </h3>
      <Paragraphs texts={before} />
      <div className="sheet overflow-hidden">
        {closed ? (
          <p className="sheet-pad small">
            <Link className="link" href={`/pki?rules=all#${id}`}>
              Show {table.rows.length} rules
            </Link>
          </p>
        ) : (
          <Table table={table} />
        )}
      </div>
      <Paragraphs texts={after} />
    </section>
  );
}

function Paragraphs({ texts }: { texts: readonly ProfileText[] }) {
  return texts.map((text) => (
    <p key={keyOf(text)} className="small soft">
      <Text text={text} />
    </p>
  ));
}

function Table({ table: { head, rows } }: { table: ProfileTable }) {
  // On a phone a single value needs no label beside it.
  const pair = head.length === 2;
  return (
    <table className="rows profile">
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name === '' ? <span className="sr-only">field</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first = '', ...others]) => (
          <tr key={keyOf(first)}>
            <th scope="row" className="whole">
              <Text text={first} />
            </th>
            {others.map((cell, index) => (
              <td key={head[index + 1]} {...(pair ? {} : { 'data-l': head[index + 1] })}>
                <span>
                  <Text text={cell} />
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Text({ text }: { text: ProfileText }) {
  if (typeof text === 'string') return text;
  return text.map((piece) =>
    typeof piece === 'string' ? piece : <code key={piece.code}>{piece.code}</code>,
  );
}

function keyOf(text: ProfileText): string {
  return typeof text === 'string' ? text : JSON.stringify(text);
}
