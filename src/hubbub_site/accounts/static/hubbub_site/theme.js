// Before the page is drawn: the appearance that was chosen in the chat, so that the pages do not flash in another one.
for (const [name, standard] of [["theme", "system"], ["size", "normal"]]) {
  try {
    const chosen = JSON.parse(localStorage.getItem(`hubbub.${name}`))
    if (chosen && chosen !== standard) document.documentElement.dataset[name] = chosen
  } catch {
    // A forbidden or spoilt storage: the system's appearance it is.
  }
}
