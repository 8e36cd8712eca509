import type { JsonSchema } from '@remotes/protocol/operators/closed-shape';
import { htmlProse, htmlText } from './html-text.ts';

/** The members of a shape, one below the other. */
export function membersHtml(shape: JsonSchema): string {
  const schema = innermost(shape);
  const members = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  if (members.length === 0) return `<p class="kind">${htmlText(kindOf(shape))}</p>`;
  const required = (schema.required ?? []) as readonly string[];
  const items = members.map(([name, member]) => memberHtml(name, member, required.includes(name)));
  return `<ul class="members">${items.join('')}</ul>`;
}

function memberHtml(name: string, member: JsonSchema, isRequired: boolean): string {
  const notes = [kindOf(member), ...(isRequired ? [] : ['optional']), ...limitsOf(member)];
  const about = typeof member.description === 'string' ? ` ${htmlProse(member.description)}` : '';
  const inner = 'properties' in innermost(member) ? membersHtml(member) : '';
  return `<li><code>${htmlText(name)}</code> <span class="kind">${htmlText(notes.join(', '))}</span>${about}${inner}</li>`;
}

/** What a list holds, and what may be null besides. */
function innermost(schema: JsonSchema): JsonSchema {
  const items = schema.items as JsonSchema | undefined;
  if (items) return innermost(items);
  const objects = alternatives(schema).filter((one) => one.type === 'object' || one.type === 'array');
  return objects[0] ? innermost(objects[0]) : schema;
}

/** The kind of a value in words: `text or null`, `list of number`, `"all" or "failed"`. */
export function kindOf(schema: JsonSchema): string {
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (alternatives(schema).length > 0) {
    return [...new Set(alternatives(schema).map(kindOf))].join(' or ');
  }
  if (schema.type === 'array') return `list of ${kindOf((schema.items ?? {}) as JsonSchema)}`;
  if (schema.format === 'date-time') return 'time';
  return kinds[String(schema.type)] ?? 'anything';
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};

function alternatives({ anyOf }: JsonSchema): readonly JsonSchema[] {
  return (anyOf ?? []) as readonly JsonSchema[];
}

function limitsOf({ minimum, maximum, maxLength, maxItems, default: usual }: JsonSchema): string[] {
  return [
    ...(typeof minimum === 'number' && minimum > 1 ? [`at least ${minimum}`] : []),
    ...(typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? [`at most ${maximum}`] : []),
    ...(typeof maxLength === 'number' ? [`at most ${maxLength} characters`] : []),
    ...(typeof maxItems === 'number' ? [`at most ${maxItems} items`] : []),
    ...(usual === undefined ? [] : [`${JSON.stringify(usual)} if not said`]),
  ];
}
