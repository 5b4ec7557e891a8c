/**
 * The delay before the next try to connect.
 *
 * Full jitter (evenly distributed below the bound) spreads clients that lost their server at the same instant better
 * than a fixed delay with some noise: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */

const BOUNDS_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]

/** Milliseconds. `failures`: in a row so far. `retryAfter`: seconds that the server asked to wait at least. */
export function delay(failures: number, retryAfter: number | null, random: () => number = Math.random): number {
  const bound = BOUNDS_MS[Math.min(failures, BOUNDS_MS.length - 1)] as number
  return Math.round((retryAfter ?? 0) * 1000 + random() * bound)
}
