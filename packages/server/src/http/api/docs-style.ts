/** The style of the page that shows the API. */
export const docsStyle = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: flex; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; flex: 0 0 13rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; padding: 0; }
main { padding: 1.5rem 2rem; max-width: 60rem; min-width: 0; flex: 1; }
code { font: 0.875em ui-monospace, monospace; overflow-wrap: anywhere; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0 1rem; }
h3 { font-size: 1rem; margin: 0.5rem 0; }
h3 b { display: inline-block; min-width: 4rem; }
h4 { margin: 0.75rem 0 0; font-size: 0.875rem; }
.role, .kind { opacity: 0.75; font-size: 0.875rem; }
ul.members { margin: 0; padding-left: 1.25rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
@media (max-width: 45rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
`;
