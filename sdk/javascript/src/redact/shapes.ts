/** X2 to X5: secrets that look like secrets, whatever stands before them. */

import { isLonger } from '../codepoints.js';

export const MARK = '[REDACTED]';

const B = '(^|[^0-9A-Za-z])';
const E = '(^|[^0-9A-Za-z_-])';

/** X3: the published shapes, in their order: name, what a text that holds one contains, the pattern. Group 2 goes. */
export const SHAPES: readonly (readonly [name: string, holds: readonly string[], pattern: string])[] = [
  ['aws', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], `${B}((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16,})`],
  ['aws-bedrock', ['ABSK', 'bedrock-api-key-'], `${B}((?:ABSK|bedrock-api-key-)[0-9A-Za-z+/=]{40,})`],
  ['github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], `${B}(gh[pousr]_[0-9A-Za-z_]{20,})`],
  ['github-pat', ['github_pat_'], `${B}(github_pat_[0-9A-Za-z_]{20,})`],
  ['gitlab', ['gl'], `${B}(gl(?:pat|dt|rt|cbt|ptt|ft|imt|oas|soat|agent)-[0-9A-Za-z_.-]{16,})`],
  ['slack', ['xox'], `${B}(xox[abcdeops][.-][0-9A-Za-z.-]{10,})`],
  ['slack-app', ['xapp-'], `${B}(xapp-[0-9]-[0-9A-Za-z-]{10,})`],
  [
    'slack-webhook',
    ['hooks.slack.com/'],
    String.raw`(hooks\.slack\.com/(?:services|workflows|triggers)/)([0-9A-Za-z_/-]{20,})`,
  ],
  [
    'discord-webhook',
    ['/api/webhooks/'],
    String.raw`(discord(?:app)?\.com/api/webhooks/[0-9]{5,25}/)([0-9A-Za-z_-]{20,})`,
  ],
  ['stripe', ['k_live_', 'k_test_', 'k_prod_'], `${B}([sr]k_(?:live|test|prod)_[0-9A-Za-z]{10,})`],
  ['stripe-webhook', ['whsec_'], `${B}(whsec_[0-9A-Za-z+/=]{20,})`],
  ['google', ['AIza'], `${B}(AIza[0-9A-Za-z_-]{35,})`],
  ['google-oauth', ['ya29.'], String.raw`${B}(ya29\.[0-9A-Za-z_.-]{20,})`],
  ['google-secret', ['GOCSPX-'], `${B}(GOCSPX-[0-9A-Za-z_-]{20,})`],
  ['sk', ['sk-'], `${E}(sk-[0-9A-Za-z_-]{20,})`],
  ['npm', ['npm_'], `${B}(npm_[0-9A-Za-z]{30,})`],
  ['pypi', ['pypi-'], `${B}(pypi-[0-9A-Za-z_-]{32,})`],
  ['rubygems', ['rubygems_'], `${B}(rubygems_[0-9a-f]{40,})`],
  ['sendgrid', ['SG.'], String.raw`${B}(SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,})`],
  ['twilio', ['SK'], `${B}(SK[0-9a-f]{32,})`],
  ['mailgun', ['key-'], `${B}(key-[0-9a-f]{32,})`],
  ['digitalocean', ['_v1_'], `${B}(do[por]_v1_[0-9a-f]{40,})`],
  ['shopify', ['shp'], `${B}(shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32,})`],
  ['square', ['sq0'], `${B}(sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{20,})`],
  ['huggingface', ['hf_'], `${B}(hf_[0-9A-Za-z]{30,})`],
  ['databricks', ['dapi'], `${B}(dapi[0-9a-f]{32,})`],
  ['vault', ['hvs.', 'hvb.', 'hvr.'], String.raw`${B}(hv[sbr]\.[0-9A-Za-z_-]{24,})`],
  ['grafana', ['glsa_'], `${B}(glsa_[0-9A-Za-z]{32}_[0-9a-f]{8,})`],
  ['sentry', ['sntry'], `${B}(sntry[su]_[0-9A-Za-z_+/=-]{30,})`],
  ['newrelic', ['NRAK-'], `${B}(NRAK-[0-9A-Z]{27,})`],
  ['atlassian', ['ATATT3'], `${B}(ATATT3[0-9A-Za-z_=-]{30,})`],
  ['docker', ['dckr_pat_'], `${B}(dckr_pat_[0-9A-Za-z_-]{20,})`],
  ['linear', ['lin_api_'], `${B}(lin_api_[0-9A-Za-z]{30,})`],
  ['postman', ['PMAK-'], `${B}(PMAK-[0-9a-f]{24}-[0-9a-f]{34,})`],
  ['notion', ['ntn_'], `${B}(ntn_[0-9A-Za-z]{40,})`],
  ['age', ['AGE-SECRET-KEY-1'], `${B}(AGE-SECRET-KEY-1[0-9A-Z]{40,})`],
  ['telegram', [':AA'], `${B}([0-9]{8,10}:AA[0-9A-Za-z_-]{32,})`],
  ['discord-bot', ['.'], String.raw`${E}([MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,})`],
  ['jwt', ['eyJ'], String.raw`${E}(eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){0,3})`],
];
/** Any of the shapes is at least this long, and of these characters alone: most texts hold no such run. */
const RUN = /[0-9A-Za-z_.+/=:-]{15}/;
const compiled = new Map<string, RegExp>();

const PEM_BEGIN = /-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PEM_END = /-----END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const BEARER = /(^|[^0-9A-Za-z_])((?:Bearer|bearer|BEARER|Basic|basic|BASIC)[ \t]{1,4})([0-9A-Za-z._~+/=-]{6,})/g;
const WORD = /^[A-Z]?[a-z]{0,23}[.]{0,3}=?$/;
const WORDS = /^[a-z]{1,20}(?:[/_-][a-z]{1,20}){1,3}[.]{0,3}$/;
const USERINFO = /:\/\/([^ \t-\r/?#"'<>`\\]+)@/g;
const TEMPLATE = /^(?:[${%]|#\{)/;
const NAME_ALONE = 20;

/** X2 to X5 over one text. */
export function hideShapes(text: string, source: boolean): string {
  let made = text.includes('-----BEGIN ') ? hidePrivateKeys(text) : text;
  if (RUN.test(made)) made = hidePublished(made);
  if (/(?:earer|EARER|asic|ASIC)[ \t]/.test(made)) {
    made = made.replace(BEARER, (match, lead: string, scheme: string, token: string) =>
      WORD.test(token) || WORDS.test(token) ? match : lead + scheme + MARK,
    );
  }
  if (made.includes('://') && made.includes('@')) {
    made = made.replace(USERINFO, (match, userinfo: string) => {
      const secret = secretOf(userinfo);
      return secret && !(source && TEMPLATE.test(secret)) ? `://${MARK}@` : match;
    });
  }
  return made;
}

function hidePrivateKeys(text: string): string {
  let made = '';
  for (let at = 0; ;) {
    const begin = searched(PEM_BEGIN, text, at);
    if (!begin) return made + text.slice(at);
    made += text.slice(at, begin.index) + MARK;
    const end = searched(PEM_END, text, begin.index + begin[0].length);
    if (!end) return made;
    at = end.index + end[0].length;
  }
}

function hidePublished(text: string): string {
  let made = text;
  for (const [name, holds, pattern] of SHAPES) {
    if (!holds.some((part) => made.includes(part))) continue;
    let shape = compiled.get(name);
    if (!shape) compiled.set(name, (shape = new RegExp(pattern, 'g')));
    made = made.replace(shape, (_match, lead: string) => lead + MARK);
  }
  return made;
}

/** The password of a URL's userinfo, or a name alone that is long enough to be a token; "" for neither. */
function secretOf(userinfo: string): string {
  const colon = userinfo.indexOf(':');
  if (colon >= 0) return userinfo.slice(colon + 1);
  return isLonger(userinfo, NAME_ALONE - 1) ? userinfo : '';
}

/** The first match of a global pattern from `at` on. */
export function searched(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
