'use client';

import { useState } from 'react';
import { CopyButton } from '@/components/ui/copy';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { say } from '@/components/ui/toasts';
import { TypedConfirmation } from '@/components/ui/typed-confirmation';
import { Section } from './section';

export function Acts() {
  const [typed, setTyped] = useState('');
  return (
    <>
      <Section title="Buttons" says="A verb with its object; one primary a page">
        <div className="flex flex-wrap gap-2">
          <button type="button" className="btn btn-primary">
            Issue certificate
          </button>
          <button type="button" className="btn">
            Check request
          </button>
          <button type="button" className="btn btn-danger">
            Revoke certificate
          </button>
          <button type="button" className="btn btn-danger-fill">
            Revoke certificate
          </button>
          <button type="button" className="btn btn-sm">
            Download
          </button>
          <button type="button" className="btn" disabled>
            Enforce production
          </button>
          <CopyButton value="6f3a91c0" what="serial" />
          <CopyButton value="6f3a91c0" what="serial" look="button" />
          <CopyButton value="6f3a91c0" what="serial" look="link" />
        </div>
      </Section>
      <Section title="Fields" says="A label, at most one hint, an error that names what was found">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Label" defaultValue="ERP primary" hint="At most 80 characters." />
          <Field
            label="Common name"
            defaultValue="erp,meridian.example"
            form="typed"
            error="“,” at character 4 cannot stand in a host name. Write a dot."
          />
          <Field label="Serial" defaultValue="6f3a91c0" form="typed" disabled />
          <TypedConfirmation words={['enforce production']} typed={typed} onTyped={setTyped} />
        </div>
      </Section>
    </>
  );
}

export function OverThePage() {
  const [open, setOpen] = useState(false);
  return (
    <Section title="Over the page" says="Escape closes; focus returns to where it was">
      <div className="flex flex-wrap gap-2">
        <button type="button" className="btn" onClick={() => setOpen(true)}>
          Open dialog
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => say({ text: 'Renamed to ERP primary.', undo: () => undefined })}
        >
          Show toast
        </button>
      </div>
      {open ? (
        <Dialog title="Leave without the key?" open={open} onOpenChange={setOpen}>
          <p className="mt-2 soft">
            The key was made here and is nowhere else. Leave, and it is gone.
          </p>
          <div className="acts">
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              Stay
            </button>
            <button type="button" className="btn btn-danger-fill" onClick={() => setOpen(false)}>
              Leave without the key
            </button>
          </div>
        </Dialog>
      ) : null}
    </Section>
  );
}
