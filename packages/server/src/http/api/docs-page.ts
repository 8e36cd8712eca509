import { createHash } from 'node:crypto';
import type { OpenApiDocument, Operation, Parameter } from '@remotes/protocol/operators/openapi';
import { problems } from '@remotes/protocol/operators/problems';
import { docsStyle } from './docs-style.ts';
import { htmlProse, htmlText } from './html-text.ts';
import { kindOf, membersHtml } from './shape-html.ts';

type Shown = { readonly path: string; readonly method: string; readonly operation: Operation };

/** What a browser may do with the page: apply the style that stands in it, and nothing else. */
export const docsPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(docsStyle).digest('base64')}'`,
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
].join('; ');

/** The document as a page for people: one file, no script, nothing from elsewhere. */
export function docsPage({ info, paths }: OpenApiDocument): string {
  const shown = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(shown.flatMap(({ operation }) => operation.tags))].sort();
  const sections = tags.map((tag) => sectionHtml(tag, shown));
  const paragraphs = info.description.split('\n\n').map((paragraph) => `<p>${htmlProse(paragraph)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(info.title)} API</title>
<style>${docsStyle}</style>
</head>
<body>
<nav><strong>${htmlText(info.title)} ${htmlText(info.version)}</strong>
<ul>
${tags.map((tag) => `<li><a href="#${htmlText(tag)}">${htmlText(tag)}</a></li>`).join('\n')}
<li><a href="#problems">problems</a></li>
<li><a href="openapi.json">openapi.json</a></li>
</ul></nav>
<main>
<h1>${htmlText(info.title)} API</h1>
${paragraphs.join('\n')}
${sections.join('\n')}
${problemsHtml()}
</main>
</body>
</html>
`;
}

function sectionHtml(tag: string, shown: readonly Shown[]): string {
  const own = shown.filter(({ operation }) => operation.tags.includes(tag));
  return `<section id="${htmlText(tag)}"><h2>${htmlText(tag)}</h2>\n${own.map(operationHtml).join('\n')}</section>`;
}

function operationHtml({ path, method, operation }: Shown): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const [status = '', success] = Object.entries(responses)[0] ?? [];
  return `<article id="${htmlText(operationId)}">
<h3><b>${htmlText(method.toUpperCase())}</b> <code>${htmlText(path)}</code></h3>
<p>${htmlProse(summary)}.<br><span class="role">${htmlProse(description)}</span></p>
${parameters.length > 0 ? `<h4>Parameters</h4><ul class="members">${parameters.map(parameterHtml).join('')}</ul>` : ''}
${contentHtml('Body', requestBody?.content)}
${contentHtml(`Answer ${status}`, success?.content) || `<h4>Answer ${htmlText(status)}</h4>`}
</article>`;
}

function parameterHtml({ name, in: place, required, description = '', schema }: Parameter): string {
  const notes = [place, kindOf(schema), ...(required ? [] : ['optional'])].join(', ');
  return `<li><code>${htmlText(name)}</code> <span class="kind">${htmlText(notes)}</span> ${htmlProse(description)}</li>`;
}

function contentHtml(heading: string, content: NonNullable<Operation['requestBody']>['content'] | undefined) {
  const [media, described] = Object.entries(content ?? {})[0] ?? [];
  if (media === undefined || !described) return '';
  const kind = media === 'application/json' ? '' : ` <span class="kind">${htmlText(media)}</span>`;
  return `<h4>${htmlText(heading)}${kind}</h4>${membersHtml(described.schema)}`;
}

function problemsHtml(): string {
  const rows = Object.entries(problems).map(
    ([code, { status, title }]) =>
      `<tr id="problem-${code}"><td><code>${code}</code></td><td>${status}</td><td>${htmlText(title)}</td></tr>`,
  );
  return `<section id="problems"><h2>problems</h2>
<table><tr><th>code</th><th>status</th><th>title</th></tr>
${rows.join('\n')}
</table></section>`;
}
