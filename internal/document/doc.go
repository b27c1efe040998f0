// Package document writes the 요금청구서 (invoice) as PDF and XLSX and reads an XLSX that a clerk uploads in
// its place.
//
// It owns how an invoice looks on paper and in a sheet, the fonts it is set in, what a company logo may be, and
// how the total of a foreign workbook is found. It does not own numbers, dates, sums or rules: it prints the
// Invoice it is given and imports no noun. Settlement's flows build that Invoice, store and mail the bytes.
//
// Invariants:
//   - A document whose lines do not add up to its sums is refused, in both formats.
//   - The same Invoice gives the same bytes; nothing here reads a clock or a random source.
//   - No text is lost silently: it is wrapped or set smaller, never cut, and a character that no font has is
//     drawn as □ and returned to the caller.
//   - Text from outside stays text: no cell of a sheet becomes a formula because of what it says.
//   - An uploaded file is measured before it is opened; nothing it holds makes the process panic.
package document
