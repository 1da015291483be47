'use client';

import './globals.css';

export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <div className="entrance">
          <main>
            <h1 className="title">The portal could not answer</h1>
            <p className="lede">
              Nothing was changed. Load the page again in a few seconds
              {error.digest ? `; support knows this as ${error.digest}` : ''}.
            </p>
          </main>
        </div>
      </body>
    </html>
  );
}
