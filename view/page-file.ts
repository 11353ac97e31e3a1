import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { PageData } from './page-data.ts';

/** What `npm run build` makes of view/page/. */
export interface PageAsset {
  readonly script: string;
  readonly style: string;
}

/**
 * The page as one file. Nothing in it comes from elsewhere and nothing leaves it: its policy names
 * the one script and the one style by their hashes and forbids all else, and a text can become markup
 * nowhere (Trusted Types). What events say is inside gzip and base64, so no text of an event is a text
 * of the file.
 * W3C, "Content Security Policy Level 3" and "Trusted Types".
 */
export function pageFileOf(data: PageData, { script, style }: PageAsset): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    'trusted-types default',
    "require-trusted-types-for 'script'",
  ].join('; ');
  const packed = gzipSync(JSON.stringify(data), { level: 9 }).toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>eventlake: ${data.since} to ${data.until}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself by a script, which your browser does not run.</noscript>
<script type="application/octet-stream" id="data">${packed}</script>
<script>${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
