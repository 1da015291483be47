/**
 * Geist in two parts each: what Western European text needs comes first (25 KB, made by scripts/fonts.ts), and the
 * whole family only where a page shows a character beyond it.
 */
import localFont from 'next/font/local';

export const sans = localFont({
  src: './fonts/geist-latin.woff2',
  weight: '400 600',
  variable: '--font-sans-latin',
});

export const mono = localFont({
  src: './fonts/geist-mono-latin.woff2',
  weight: '400 600',
  variable: '--font-mono-latin',
  // The first paint of most pages has little of it.
  preload: false,
});

export const sansWhole = localFont({
  src: '../../node_modules/geist/dist/fonts/geist-sans/Geist-Variable.woff2',
  weight: '100 900',
  variable: '--font-sans-whole',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+180-200F, U+2028-202F, U+203B-20AB, U+20AD-218F, U+2194-2211, U+2213-2317, U+2319-10FFFF',
    },
  ],
});

export const monoWhole = localFont({
  src: '../../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2',
  weight: '100 900',
  variable: '--font-mono-whole',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+180-200F, U+2028-202F, U+203B-20AB, U+20AD-218F, U+2194-2211, U+2213-2317, U+2319-10FFFF',
    },
  ],
});
