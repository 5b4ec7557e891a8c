// What is nicer with a script, and works without: showing a password, copying what is shown once.

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
