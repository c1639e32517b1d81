/** Where the words of a search stand in a text, whatever their case and accents. Pure. */
import { fold, words } from "../query/fold";

/** The text in pieces, each with whether it was searched for. Together they are the text. */
export function highlight(text: string, search: string): [string, boolean][] {
  const wanted = words(search);
  if (!wanted.length || !text) return [[text, false]];
  const letters = Array.from(text);
  // Folding changes lengths ("ß" does not, "ﬁ" and composed accents may), so that places are kept letter by letter.
  const places: number[] = [];
  let folded = "";
  for (const [place, letter] of letters.entries()) {
    const plain = fold(letter);
    folded += plain;
    for (let count = 0; count < plain.length; count++) places.push(place);
  }
  const marked = new Set<number>();
  for (const word of wanted) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      for (const place of places.slice(at, at + word.length)) marked.add(place);
    }
  }
  const pieces: [string, boolean][] = [];
  for (const [place, letter] of letters.entries()) {
    const last = pieces.at(-1);
    if (last && last[1] === marked.has(place)) last[0] += letter;
    else pieces.push([letter, marked.has(place)]);
  }
  return pieces;
}
