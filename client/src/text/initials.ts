/** One or two letters that stand for a name. */

export function initials(name: string): string {
  return name.slice(0, 1)
}
