/** Where a list has nothing to show: what that means, and what to do. */
export function Empty({
  title,
  act,
  children,
}: {
  title: string;
  act?: React.ReactNode;
  children?: React.ReactNode;
}) {
  return (
    <div className="empty-state">
      <h2 className="h3">{title}</h2>
      {children ? <p>{children}</p> : null}
      {act}
    </div>
  );
}
