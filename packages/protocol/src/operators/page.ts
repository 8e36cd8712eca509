import { type TSchema, Type } from 'typebox';
import { nullable } from './forms.ts';

/** How many items a page has when nobody says. */
export const usualPageLimit = 100;

/** How a list is asked for: `cursor` is what the page before said as `next`. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: usualPageLimit })),
  cursor: Type.Optional(Type.String({ maxLength: 2000 })),
};

/** A part of a list, and where it goes on: `next` is null at its end. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), next: nullable(Type.String()) });
}
