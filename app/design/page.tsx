import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Acts, OverThePage } from '@/components/design/acts';
import { Blocks, Rows } from '@/components/design/blocks';
import { Colours, Type } from '@/components/design/foundations';
import { States } from '@/components/design/states';
import { Toasts } from '@/components/ui/toasts';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'Design' };

/** Every part that pages are made of, for whoever works on them: shown with DESIGN_PAGE=1 only. */
export default function DesignPage() {
  if (process.env.DESIGN_PAGE !== '1') notFound();
  return (
    <main className="page" id="main">
      <div>
        <h1 className="title">Design</h1>
        <p className="lede">
          The parts pages are made of. Colour says a state and never says it alone; one accent says
          where you can act.
        </p>
      </div>
      <Colours />
      <Type />
      <Acts />
      <States />
      <Blocks />
      <Rows />
      <OverThePage />
      <Toasts />
    </main>
  );
}
