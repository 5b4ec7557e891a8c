/** Stands for the library `linkify-it` in the bundle: `markdown.ts` finds bare addresses itself. */

export class LinkifyIt {}
