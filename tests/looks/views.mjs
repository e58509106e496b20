// A report as others see it.

// Outlook on Windows, whose engine is Word's: it reads what is put into comments for it, and not what it does not know.
export function asWord(html) {
  return html
    .replace(/<!--\[if mso\]>/g, "")
    .replace(/<!\[endif\]-->/g, "")
    .replace(/<style data-css-inline[^>]*>[\s\S]*?<\/style>/g, "")
    .replace(/(max-width|max-height|border-radius|white-space):[^;"]*;?/g, "");
}

// Programs that take out all style elements.
export function withoutStyles(html) {
  return html.replace(/<style[\s\S]*?<\/style>/g, "");
}

export function withoutPictures(html) {
  return html.replace(/ src="[^"]*"/g, ' src="about:blank"');
}
