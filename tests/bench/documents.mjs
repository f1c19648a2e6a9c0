// Stamps a page, adds another, and signs, with what Node.js offers; prints documents per second of processor time.
import { readFileSync } from 'node:fs';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import { pdflibAddPlaceholder } from '@signpdf/placeholder-pdf-lib';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';

const page = readFileSync('page.pdf');
const png = readFileSync('stamp.png');
const p12 = readFileSync('key.p12');
const lines = [
  'Transactiecertificaat', 'Kantoor de Wit', 'Verzoek Jaarrekening 2025', 'Klant Bakkerij Jansen', 'Stand Ondertekend',
  'Ondertekenaars', 'Jan Jansen', '24 november 2026 om 12:00', 'Plaats Urk', 'Bekend als bestuurder',
  'https://paraaf.example/verify', 'Bewaar dit document zoals het is.', 'Gemaakt op 24 november 2026 om 12:00',
];

async function make() {
  const made = await PDFDocument.load(page);
  const font = await made.embedFont(StandardFonts.Helvetica);
  const stamp = await made.embedPng(png);
  const [first] = made.getPages();
  first.drawImage(stamp, { x: 100, y: 300, width: 90, height: 45 });
  first.drawText('Jan Jansen', { x: 100, y: 280, size: 11, font });
  first.drawText('24 november 2026', { x: 100, y: 260, size: 11, font });
  const last = made.addPage([595, 842]);
  lines.forEach((line, row) => last.drawText(line, { x: 50, y: 780 - 20 * row, size: 10, font }));
  pdflibAddPlaceholder({ pdfDoc: made, reason: 'x', contactInfo: 'x', name: 'x', location: 'x' });
  const content = Buffer.from(await made.save({ useObjectStreams: false }));
  return new SignPdf().sign(content, new P12Signer(p12));
}

await make();
const times = 20;
const begun = process.cpuUsage();
for (let each = 0; each < times; each += 1) await make();
const used = process.cpuUsage(begun);
console.log(JSON.stringify({ rate: times / ((used.user + used.system) / 1e6) }));
