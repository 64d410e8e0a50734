/**
 * Makes the ISO 8601 text of times in milliseconds since 1970, and remembers the last one: records
 * that follow each other mostly share a time, and making the text is dearer than remembering it.
 */
export function timeTexts(): (ms: number) => string {
  let lastMs = Number.NaN;
  let lastText = '';
  return (ms) => {
    if (ms !== lastMs) {
      lastText = new Date(ms).toISOString();
      lastMs = ms;
    }
    return lastText;
  };
}
