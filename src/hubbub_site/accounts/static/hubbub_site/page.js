// What is nicer with a script, and works without: showing a password, copying what is shown once, a code in the address.

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows)
  button.hidden = false
  button.addEventListener("click", () => {
    const shown = field.type === "text"
    field.type = shown ? "password" : "text"
    button.textContent = shown ? "Show" : "Hide"
    button.setAttribute("aria-pressed", String(!shown))
    field.focus()
  })
}

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies)
  button.hidden = false
  button.addEventListener("click", async () => {
    field.select()
    try {
      await navigator.clipboard.writeText(field.value)
    } catch {
      // Over plain http there is no clipboard API; the old command still copies what is selected.
      document.execCommand("copy")
    }
    button.textContent = "Copied"
  })
}

// The address that the server prints has the code behind its #, which reaches no log. It does not stay in the history.
for (const field of document.querySelectorAll("[data-from-address]")) {
  const code = location.hash.slice(1)
  if (/^[\w-]+$/.test(code)) {
    field.value = code
    history.replaceState(null, "", location.pathname + location.search)
    const fields = [...field.form.elements].filter((each) => each.matches("input:not([type=hidden])"))
    fields[fields.indexOf(field) + 1]?.focus()
  }
}
