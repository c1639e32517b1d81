/** Where lists were scrolled to, by what they showed, for coming back to them. Emptied when the person leaves (S2). */
export const positions = new Map<string, number>();
