/** Formats times and dates in the reader's time zone and locale. */

const language = typeof navigator === "undefined" ? "en" : preferred(navigator.languages, "en")
const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" })
const weekday = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" })
const withYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" })
const whole = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" })
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" })

const DAY = 24 * 60 * 60 * 1000

/** 14:05, or 2:05 PM. */
export function timeOfDay(date: Date): string {
  return clock.format(date)
}

/** Today, Yesterday, Monday 16 November, or 16 November 2024. */
export function dayName(date: Date, now: Date): string {
  const daysAgo = Math.round((midnight(now) - midnight(date)) / DAY)
  if (daysAgo === 0 || daysAgo === 1) return capitalised(relative.format(-daysAgo, "day"))
  return date.getFullYear() === now.getFullYear() ? weekday.format(date) : withYear.format(date)
}

/** The day and the time, for a tooltip. */
export function dayAndTime(date: Date): string {
  return whole.format(date)
}

/** Whether both are on the same day in the reader's time zone. */
export function sameDay(one: Date, other: Date): boolean {
  return midnight(one) === midnight(other)
}

/** The reader's variant of the interface's language (en-GB for en), for the usual date format. */
export function preferred(languages: readonly string[], interfaceLanguage: string): string {
  return languages.find(tag => tag.split("-")[0] === interfaceLanguage) ?? interfaceLanguage
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1)
}
