/** The members of the gallery, and their conversations. */

import type { PresenceState, Role, System } from "../src/protocol/types"

type Person = [name: string, handle: string, role: Role, about: string, state: PresenceState]
type Line = [minutes: number, author: number, text: string, extra?: { system?: System; edited?: true; deleted?: true }]

export const people: Person[] = [
  ["Alice Liddell", "alice", "owner", "Asks why. Reachable from nine to five, with tea.", "active"],
  ["Bob Marsh", "bob", "member", "Backend, bicycles", "active"],
  ["Carol Chandra", "carol", "guest", "", "away"],
  ["بشير المنصوري", "bashir", "member", "مهندس برمجيات من صنعاء، يحب القهوة والكتب القديمة", "active"],
  ["王小明", "xiaoming", "member", "设计师", "offline"],
  [
    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Montgomery the Third of Upper Lower Saxony",
    "hubert",
    "admin",
    "",
    "offline",
  ],
  ["buildbot", "buildbot", "bot", "Tells when something breaks.", "active"],
  ["Dora", "dora", "member", "", "offline"],
  ["Émile Zola-Bernard", "emile", "member", "", "away"],
  ["Фёдор Михайлович", "fedor", "member", "", "offline"],
]

const CODE = `Here is the whole trick — *one* loop, no locks:

\`\`\`python
async def deliver(topic: Topic, data: bytes) -> None:
    """Hand the bytes to everyone who listens. Never waits."""
    for connection in hub.listeners(topic):  # a slow reader fills its own outbox only
        connection.push(data)
    return None if data else 42
\`\`\`

Try it with \`bin/run\` and open two windows.`

export const conversations = new Map<string, Line[]>([
  [
    "general",
    [
      [0, 2, "", { system: { kind: "joined" } }],
      [1, 2, "Good morning! The kettle is on."],
      [2, 2, "Who is coming to the review at ten?"],
      [4, 1, "Me. I will bring the *numbers* from last week and **one** surprise."],
      [5, 3, "I can join from 10:15, the train is late again 🚆"],
      [6, 4, "صباح الخير جميعاً! سأكون هناك في العاشرة، ومعي القهوة. هل نراجع أيضاً صفحة الدخول؟"],
      [7, 5, "早上好！我会晚五分钟到。设计稿已经更新了，请大家看一下首页的间距和字体。"],
      [9, 1, "", { system: { kind: "described", text: "Everything that concerns all of us" } }],
      [30, 2, CODE],
      [
        31,
        2,
        "Measured on the small machine it does about 700 000 deliveries a second, which is rather more than we need; the interesting part is that a slow reader no longer holds up anybody else. https://example.org/a/very/long/address/that/does/not/break/anywhere/because/it/has/no/spaces/in/it?and=a&query=too",
        { edited: true },
      ],
      [
        33,
        1,
        "> a slow reader no longer holds up anybody else\n\nThat is what I hoped for. Three things before we ship:\n\n1. the numbers in the docs\n2. a test with a reader that never reads\n   - also one that reads *very* slowly\n3. cake",
      ],
      [34, 6, "", { deleted: true }],
      [60, 7, "Build **#4812** passed in 41 s. [Details](https://example.org/build/4812)"],
      [61, 1, "", { system: { kind: "added", member: 10 } }],
      [62, 3, "", { system: { kind: "joined" } }],
      [63, 4, "", { system: { kind: "joined" } }],
      [64, 5, "", { system: { kind: "joined" } }],
      [65, 6, "", { system: { kind: "joined" } }],
      [66, 7, "", { system: { kind: "left" } }],
      [1400, 9, "I read everything I missed on the train. Short version: yes to all three."],
      [1402, 2, "Cake is in the kitchen."],
      [1403, 2, "~~Two~~ One piece left."],
      [1500, 3, "Thank you! 🎂"],
    ],
  ],
  [
    "design",
    Array.from({ length: 60 }, (_, place): Line => {
      const texts = [
        "The line height is better at 1.5.",
        "Agreed. And eight pixels between the groups, not twelve?",
        "Twelve reads calmer to me, but try it.",
        "I put both side by side, have a look when you have a minute. The left one is today’s, the right one has a little more room around the avatar and the names set in medium instead of bold.",
      ]
      return [place * 22, [2, 5, 1, 3][place % 4] ?? 2, texts[place % texts.length] ?? ""]
    }),
  ],
  [
    "bob",
    [
      [100, 2, "Do you have the key to the bicycle shed?"],
      [101, 1, "On the hook behind the door."],
      [1510, 2, "Found it, thanks!"],
    ],
  ],
])
