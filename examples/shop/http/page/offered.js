/** What the shop offers, by code, as it was last told: a description and a price in words. */
export const offered = new Map();
