// Two linters over reports: is it HTML, as browsers and as Outlook's Word engine see it, and does each mail program
// know what it is made of? Reads [{name, file, mail}] from the file named, writes {name: [finding]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ALLOWED, PROGRAMS } from "./programs.mjs";
import { asWord } from "./views.mjs";

const [tools, manifest] = process.argv.slice(2);
const load = createRequire(join(tools, "package.json"));
const { HtmlValidate, StaticConfigLoader } = load("html-validate");
const { doIUseEmail } = load("@jsx-email/doiuse-email");

const validator = new HtmlValidate(
  new StaticConfigLoader({
    root: true,
    extends: ["html-validate:recommended"],
    rules: {
      "no-inline-style": "off", // mail programs read nothing else
      "no-deprecated-attr": "off", // Outlook reads bgcolor, align and cellpadding, and no style that says the same
      "prefer-native-element": "off", // <main> is taken out by mail programs, a role is not
      "no-trailing-whitespace": "off", // in text that comes from a host
      "attribute-boolean-style": "off", // a serialiser writes nowrap=""
      "attribute-empty-style": "off",
      "doctype-style": "off",
      "void-style": "off",
      "long-title": "off", // a client may have a long name
      "no-conditional-comment": "off", // Outlook's table of 600 pixels
    },
  }),
);

function html(text) {
  const { results } = validator.validateStringSync(text);
  return results.flatMap((result) => result.messages.map((one) => `${one.line}: ${one.ruleId}: ${one.message}`));
}

function programs(text) {
  const { errors } = doIUseEmail(text, { emailClients: PROGRAMS }); // throws where nobody has tried a feature
  const unknown = (errors ?? []).filter((error) => {
    const [, feature, program] = /^`(.*)` is not supported by `(.*)`$/.exec(error);
    return !(ALLOWED[feature] ?? []).some((allowed) => program.startsWith(allowed));
  });
  return [...new Set(unknown)];
}

const findings = {};
for (const { name, file, mail } of JSON.parse(readFileSync(manifest, "utf8"))) {
  const text = readFileSync(file, "utf8");
  findings[name] = html(text);
  if (mail) {
    findings[name].push(...html(asWord(text)).map((one) => `as Word: ${one}`), ...programs(text));
  }
}
process.stdout.write(JSON.stringify(findings));
