/** Leaves the page by a POST, as signing out must: a link could be followed by anything. */
export function leaveByPost(address: string, csrf: string): void {
  const form = document.createElement("form")
  form.method = "post"
  form.action = address
  const token = document.createElement("input")
  token.type = "hidden"
  token.name = "csrfmiddlewaretoken"
  token.value = csrf
  form.append(token)
  document.body.append(form)
  form.submit()
}
