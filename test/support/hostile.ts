/** What strangers write where a name belongs. Each was the end of somebody's page, list or spreadsheet. */
export const hostileTexts: Record<string, string> = {
  script: `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script></textarea>{{7*7}}`,
  formula: '=HYPERLINK("http://evil.example","+1")',
  long: '很长'.repeat(2500),
  unbroken: 'A'.repeat(5000),
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈🇨🇳👍🏽𠮷',
  reversed: '\u202Eevil.exe שלום\u2066',
}
