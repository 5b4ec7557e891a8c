/** Leaves the page by a POST, as signing out must: a link could be followed by anything. */
export function submitForm(address: string, fields: Record<string, string>): void {
  const form = document.createElement("form")
  form.method = "post"
  form.action = address
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input")
    input.type = "hidden"
    input.name = name
    input.value = value
    form.append(input)
  }
  document.body.append(form)
  form.submit()
}
