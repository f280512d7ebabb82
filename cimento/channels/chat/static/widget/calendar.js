/* A calendar file of whole days (RFC 5545), made in the browser. The sheet gives no hour, nor does it. */

const MILLISECONDS = 24 * 60 * 60 * 1000; // of one day

/** Return the day before a day, both "2026-12-24". */
export const eve = (date) => new Date(Date.parse(date) - MILLISECONDS).toISOString().slice(0, 10);

const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");
// A line has 75 bytes at most: 37 letters, were all of them accented.
const folded = (line) => line.match(/.{1,37}/gu).join("\r\n ");

/** Return the text of a calendar; an event is {date: "2026-12-24", summary, description}. */
export function calendar(events) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const event = ({ date, summary, description }, n) => [
    "BEGIN:VEVENT", `UID:${date}-${n}@cimento`, `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${date.replace(/-/g, "")}`,
    `SUMMARY:${escaped(summary)}`, `DESCRIPTION:${escaped(description)}`, "END:VEVENT",
  ];
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cimento//FR", ...events.flatMap(event), "END:VCALENDAR"];
  return lines.map(folded).join("\r\n") + "\r\n";
}
