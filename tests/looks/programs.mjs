// The mail programs that a report is made for, and what it uses although one of them does not know it.
export const PROGRAMS = [
  "apple-mail.ios", "apple-mail.macos", "aol.desktop-webmail", "fastmail.desktop-webmail", "gmail.android",
  "gmail.desktop-webmail", "gmail.ios", "gmail.mobile-webmail", "orange.desktop-webmail", "outlook.android",
  "outlook.ios", "outlook.macos", "outlook.windows", "outlook.windows-mail", "protonmail.desktop-webmail",
  "protonmail.ios", "samsung-email.android", "sfr.desktop-webmail", "thunderbird.macos", "yahoo.android",
  "yahoo.desktop-webmail", "yahoo.ios",
];

// By feature, the programs that lack it. In each case nothing is lost there but what is named.
export const ALLOWED = {
  "<body> element": [""], // becomes a <div>; the ground is said by the table, too
  "border-radius": ["orange", "outlook.windows"], // a state is a box with corners
  "@media": ["gmail.mobile-webmail", "outlook.windows", "thunderbird"], // no dark colours, and the wide layout, which fits, too
  "display:none": ["gmail.mobile-webmail"], // the first sentence stands there twice
  "lang attribute": ["orange"], // a screen reader speaks the reader's own language
  "role attribute": ["orange", "outlook.windows-mail"], // and names the tables
  "white-space": ["outlook.windows", "samsung"], // said by the attribute nowrap, too
  "word-break": ["outlook.windows-mail", "yahoo", "aol"], // a word as wide as the screen makes the page wider
  "text-decoration": ["protonmail.ios"], // links are underlined there anyhow
};
