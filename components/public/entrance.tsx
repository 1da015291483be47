import { Mark } from '@/components/ui/mark';

/** What pages look like that are open to who has not signed in yet, or has to prove it. */
export function Entrance({ children }: { children: React.ReactNode }) {
  return (
    <div className="entrance">
      <main id="main" tabIndex={-1}>
        <span className="brand -ml-2">
          <Mark />
          Countersign
        </span>
        {children}
      </main>
    </div>
  );
}
