export function Section({
  title,
  says,
  children,
}: {
  title: string;
  says: string;
  children: React.ReactNode;
}) {
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">{title}</h2>
        <p className="small quiet">{says}</p>
      </div>
      <div className="sheet sheet-pad grid gap-6">{children}</div>
    </section>
  );
}
