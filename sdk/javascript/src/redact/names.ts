/** K: what a name tells about the value that it names. */
import { last, lower } from '../codepoints.js';

export type Strength = 'sure' | 'likely' | 'none';

/** Only the last so many code points of a name count (K1). */
const MAX_NAME = 100;
/** Names whose answer is remembered; beyond that all are forgotten. */
const MAX_KNOWN = 1_024;

const SURE = words(`
  accesskey accesstoken apikey apikeys authorization authtoken cardnumber clientsecret connectionstring credential
  credentials creditcard creds cvc cvv cvv2 mysqlpwd passcode passcodes passphrase passphrases passwd passwds
  password passwords pgpassword privatekey pwd refreshtoken secret secretkey secrets ssn totp
`);
const SURE_ENDS = ['apikey', 'passphrase', 'passwd', 'password', 'secret'];
const SURE_PAIRS = new Set(
  `access key,access keys,access tokens,account key,api key,api keys,api tokens,app key,auth key,auth tokens,
  backup codes,basic auth,bearer tokens,card no,card num,card number,connection string,credit card,db pass,debit card,
  deploy key,device tokens,encryption key,id tokens,license key,master key,mfa code,one time,private key,private keys,
  recovery code,recovery codes,refresh tokens,secret key,security code,session tokens,shared key,signing key,smtp pass,
  social security,ssh key,user pass,verification code`.split(/,\s*/),
);
const LIKELY = words(`
  auth bearer card cookie cookies csrf jsessionid jwt jwts otp otps phpsessid pin sessid session sessionid sessions
  sid token xsrf
`);
const LIKELY_ENDS = ['cookie', 'sessid', 'sessionid', 'token'];
const ABOUT = words(`
  age alg algorithm at class column count counter counts disabled domain enabled endpoint error errors exception
  expiration expire expired expires expiry factory field fields file filename folder format handler idx in index
  invalid kind len length limit line manager max min missing name names offset on path policy position present
  provider required service size state status store strength timeout ttl type types uri url usage valid validator
  version
`);
const QUERY = words('assertion code hmac key nonce pass pw sig signature state ticket');
const SEGMENT = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;

/** The tables, for who compares them with the rule's. */
export const TABLES = { SURE, SURE_PAIRS, LIKELY, ABOUT };

/** K1: the words of a name, in lower case: `userAPIKey2` is user, api, key. */
export function nameSegments(name: string): string[] {
  return (last(name, MAX_NAME).match(SEGMENT) ?? []).map((segment) => segment.toLowerCase());
}

/** What names tell, the tables and the user's own together. Answers are remembered, bounded. */
export class Names {
  private readonly extra: readonly string[];
  private readonly known = new Map<string, Strength>();

  constructor(extra: readonly string[] = []) {
    this.extra = extra.map(phrase).filter((wanted) => wanted !== '  ');
  }

  /** K3. */
  strength(name: string): Strength {
    const end = last(name, MAX_NAME);
    let strength = this.known.get(end);
    if (strength === undefined) {
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      strength = this.judge(nameSegments(end));
      this.known.set(end, strength);
    }
    return strength;
  }

  /** Whether what the name names is to be hidden. */
  tells(name: string): boolean {
    return this.strength(name) !== 'none';
  }

  /** The same for a URL's parameter, where more names tell (X6.3). */
  tellsInQuery(name: string): boolean {
    const whole = lower(name);
    return this.tells(name) || QUERY.has(whole) || whole.endsWith('signature');
  }

  private judge(segments: readonly string[]): Strength {
    const whole = ` ${segments.join(' ')} `;
    if (this.extra.some((wanted) => whole.includes(wanted))) return 'sure';
    const final = segments[segments.length - 1];
    if (final === undefined || ABOUT.has(final)) return 'none';
    if (segments.some((each) => SURE.has(each) || SURE_ENDS.some((end) => each.endsWith(end)))) return 'sure';
    if (segments.some((each, at) => at > 0 && SURE_PAIRS.has(`${segments[at - 1]} ${each}`))) return 'sure';
    if (segments.some((each) => LIKELY.has(each) || LIKELY_ENDS.some((end) => each.endsWith(end)))) return 'likely';
    return 'none';
  }
}

/** The segments of a name between spaces, to be found in those of another. */
function phrase(name: string): string {
  return ` ${nameSegments(name).join(' ')} `;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
