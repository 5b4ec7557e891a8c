/**
 * Message ids: UUIDv7 (RFC 9562). Ids of one tab increase, also within one millisecond, so that the order of ids is the
 * order of sending. `crypto.randomUUID` makes version 4, and does not exist on pages without TLS.
 */

let lastTime = 0
let counter = 0

export function uuid7(now: number = Date.now()): string {
  // The 12 bits after the time count the ids of one millisecond; on overflow the time advances by one.
  if (now > lastTime) {
    lastTime = now
    counter = 0
  } else if (counter < 0xfff) counter += 1
  else {
    lastTime += 1
    counter = 0
  }
  const random = crypto.getRandomValues(new Uint8Array(8))
  random[0] = ((random[0] as number) & 0x3f) | 0x80
  const time = lastTime.toString(16).padStart(12, "0")
  const tail = [...random].map(byte => byte.toString(16).padStart(2, "0")).join("")
  const count = counter.toString(16).padStart(3, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`
}
