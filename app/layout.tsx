import type { Metadata, Viewport } from 'next';
import { connection } from 'next/server';
import { mono, monoWhole, sans, sansWhole } from '@/components/styles/fonts';
import { deployment } from '@/lib/platform/deployment';
import './globals.css';

const FONTS = [sans, mono, sansWhole, monoWhole].map((font) => font.variable).join(' ');

export async function generateMetadata(): Promise<Metadata> {
  // Only a running portal knows under which address it is reached.
  await connection();
  return {
    metadataBase: new URL(deployment().publicUrl),
    title: { template: '%s · Countersign', default: 'Countersign' },
    description: 'Issue client certificates, install them, and decide when mutual TLS is required.',
    robots: { index: false, follow: false },
  };
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f7f5' },
    { media: '(prefers-color-scheme: dark)', color: '#0a0b0d' },
  ],
};

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en" className={FONTS}>
      <body>
        <a className="skip" href="#main">
          Skip to content
        </a>
        {children}
      </body>
    </html>
  );
}
