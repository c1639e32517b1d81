/** Which words of a text are not in another. */

/** A piece of text, and whether it is only here. */
export type Piece = [text: string, differs: boolean];

/** Comparing costs the product of both lengths, in words. */
const MOST = 400_000;

/** `text` in pieces, marked where its words are not those of `other`, in order. Joined they are `text`. */
export function differingWords(text: string, other: string): Piece[] {
  const [mine, theirs] = [words(text), words(other)];
  let start = 0;
  while (start < mine.length && start < theirs.length && mine[start] === theirs[start]) start += 1;
  let end = 0;
  while (end < Math.min(mine.length, theirs.length) - start && mine.at(-1 - end) === theirs.at(-1 - end)) end += 1;
  const middle = mine.slice(start, mine.length - end);
  const common = inBoth(middle, theirs.slice(start, theirs.length - end));
  return joined([
    ...mine.slice(0, start).map((word): Piece => [word, false]),
    ...middle.map((word, index): Piece => [word, !common.has(index)]),
    ...mine.slice(mine.length - end).map((word): Piece => [word, false]),
  ]);
}

/** Words, and what is between them. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu) ?? [];
}

/** Indices of `mine` in a longest common subsequence; none where finding it would take too long. */
function inBoth(mine: string[], theirs: string[]): Set<number> {
  const found = new Set<number>();
  if (mine.length * theirs.length > MOST) return found;
  const width = theirs.length + 1;
  const lengths = new Uint32Array((mine.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = mine.length - 1; row >= 0; row -= 1) {
    for (let column = theirs.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        mine[row] === theirs[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  for (let row = 0, column = 0; row < mine.length && column < theirs.length; ) {
    if (mine[row] === theirs[column]) {
      found.add(row);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}

/** Neighbours alike as one piece; a blank between two marked words is marked with them. */
function joined(pieces: Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const [index, [text, differs]] of pieces.entries()) {
    const bridged = !differs && /^\s+$/.test(text) && pieces[index - 1]?.[1] && pieces[index + 1]?.[1];
    const marked = differs || bridged === true;
    const last = all.at(-1);
    if (last && last[1] === marked) last[0] += text;
    else all.push([text, marked]);
  }
  return all;
}
