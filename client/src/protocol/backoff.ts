/**
 * How long to wait before connecting again, in milliseconds.
 *
 * Full jitter (any time up to the bound, evenly) spreads a crowd that lost its server at the same instant better than
 * a fixed delay with some noise: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */

const BOUNDS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]

/** `failures` in a row so far; `retryAfter` in seconds, if the server named one: not before that. */
export function delay(failures: number, retryAfter: number | null, random: () => number = Math.random): number {
  const bound = BOUNDS[Math.min(failures, BOUNDS.length - 1)] as number
  return Math.round((retryAfter ?? 0) * 1000 + random() * bound)
}
