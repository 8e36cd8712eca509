import { type TSchema, Type } from 'typebox';

/** How a list is asked for: `cursor` is what the page before said as `next`. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(Type.String()),
};

/** A part of a list, and where it goes on: `next` is null at its end. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });
}
