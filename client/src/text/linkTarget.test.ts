import { describe, expect, test } from "vitest"
import { mismatchedTarget } from "./linkTarget"

describe("a link whose text names another address shows its target", () => {
  test.each([
    ["https://bank.example", "https://evil.example/login", "evil.example/login"],
    ["bank.example", "https://evil.example/", "evil.example"],
    ["www.bank.example", "https://evil.example/", "evil.example"],
    ["Sign in at bank.example today", "https://evil.example/", "evil.example"],
    ["https://bank.example/pay?to=alice", "https://bank.example/pay?to=eve", "bank.example/pay?to=eve"],
    ["bank.example/pay/alice", "https://bank.example/pay/eve", "bank.example/pay/eve"],
    ["bank.example", "https://bank.example.evil.example/", "bank.example.evil.example"],
    ["bank\u200b.example", "https://evil.example/", "evil.example"],
    ["bank\uff0eexample", "https://evil.example/", "evil.example"],
    ["b\u0323ank.example", "https://evil.example/", "evil.example"],
    ["apple.com", "https://\u0430pple.com/", "\u0430pple.com"],
    ["bob@bank.example", "mailto:eve@evil.example", "eve@evil.example"],
    ["bob@bank.example", "https://evil.example/", "evil.example"],
    ["https://bank.example", "mailto:eve@evil.example", "eve@evil.example"],
    ["10.0.0.1", "https://evil.example/", "evil.example"],
    ["ftp://bank.example/a", "https://evil.example/", "evil.example"],
  ])("%j → %j", (text, address, shown) => {
    const { href } = new URL(address)
    const host = shown.startsWith("\u0430") ? new URL(address).hostname : shown
    expect(mismatchedTarget(text, href)).toBe(host)
  })

  test("a long address is shortened at its end, so that the host stays", () => {
    const shown = mismatchedTarget("bank.example", `https://evil.example/${"a".repeat(500)}`) ?? ""
    expect(shown.startsWith("evil.example/")).toBe(true)
    expect([...shown].length).toBeLessThan(100)
  })
})

describe("a link that names its own target, or no address, shows no target", () => {
  test.each([
    ["here", "https://x.org/a"],
    ["the *whole* report, v. 2", "https://x.org/a"],
    ["https://x.org/a", "https://x.org/a"],
    ["https://x.org", "https://x.org/"],
    ["HTTPS://X.org", "https://x.org/"],
    ["x.org", "https://x.org/a/b"],
    ["x.org/a", "https://x.org/a"],
    ["www.x.org", "https://x.org/a"],
    ["https://\u4f8b\u3048.jp/\u3042", "https://\u4f8b\u3048.jp/\u3042"],
    ["v1.2.3", "https://x.org/a"],
    ["bob@x.org", "mailto:bob@x.org"],
    ["bob@x.org", "mailto:bob@x.org?subject=hi"],
  ])("%j → %j", (text, address) => {
    expect(mismatchedTarget(text, new URL(address).href)).toBe(null)
  })
})

test.each(["a.", "a@", "https://", ".", "a.b@c.d ", "\u0301"])("16 KiB of %j are checked within a second", piece => {
  const begun = performance.now()
  mismatchedTarget(piece.repeat(16_384 / piece.length), "https://x.org/")
  expect(performance.now() - begun).toBeLessThan(1000)
})
