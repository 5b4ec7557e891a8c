/**
 * Replaces four libraries in the bundle that markdown-it imports but never calls with the options of `markdown.ts`:
 * entities stay text, the browser's own URL class checks addresses, and `markdown.ts` finds bare ones itself.
 */

export function decodeHTMLStrict(text: string): string {
  return text
}

export class LinkifyIt {}

export default {}
