/**
 * Message ids: UUIDv7 (RFC 9562), rising within this tab even when several are made in one millisecond, so that the
 * order of ids is the order of sending. Not `crypto.randomUUID`: that is version 4, and missing without TLS.
 */

let lastTime = 0
let counter = 0

export function uuid7(now: number = Date.now()): string {
  // 12 bits after the time count what is made in one millisecond; when they run over, the time moves on by itself.
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
