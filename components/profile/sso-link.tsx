export type SsoChoice = { connection: string; name: string };

/** Leads to an identity provider. A plain link: Next would fetch it beforehand, and it is no page. */
export function SsoLink({
  choice: { connection, name },
  next,
  look = 'btn',
}: {
  choice: SsoChoice;
  next: string;
  look?: 'btn' | 'btn btn-primary';
}) {
  const query = new URLSearchParams({ connection, next });
  return (
    <a className={`${look} btn-wide`} href={`/sso/start?${query}`}>
      Continue with {name}
    </a>
  );
}
