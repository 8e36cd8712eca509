import { type Static, Type } from 'typebox';

/**
 * Server to client, on the live channel, unasked: are you there? The host's next frame answers this one by its number, under the
 * seal. What answers a ping of the WebSocket may as well be somebody on the way.
 */
export const Call = Type.Object({ type: Type.Literal('call') });
export type Call = Static<typeof Call>;
