/** The time of day in milliseconds since 1970, handed in so that tests can turn it. */
export type Clock = () => number;
