/** A message as one line of plain text. */

export function excerpt(source: string, characters = 140): string {
  return source.slice(0, characters)
}
