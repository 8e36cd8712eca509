/** A text as it stands in HTML, between tags and in quoted attributes. */
export function htmlText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Prose in which code stands between backquotes. */
export function htmlProse(text: string): string {
  return htmlText(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}
