/** One thing of a person's sign-in: what it is, how it stands, what can be done. */
export function ProfileSection({
  id,
  title,
  about,
  children,
}: {
  id: string;
  title: string;
  about?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <section className="sheet" aria-labelledby={`${id}-title`} id={id}>
      <div className="sheet-pad">
        <h2 className="h2" id={`${id}-title`}>
          {title}
        </h2>
        {about ? <p className="small soft mt-1 prose-line">{about}</p> : null}
        {children}
      </div>
    </section>
  );
}
