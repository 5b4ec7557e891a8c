/** Leaves the page by submitting a POST form. Signing out needs this: a plain link could be followed by prefetchers. */
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
