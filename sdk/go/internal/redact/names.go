package redact

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// maxName is how many of a name's last code points count (K1).
const maxName = 100

// Strength is what a name tells about its value (K3).
type Strength string

// The three answers.
const (
	Sure   Strength = "sure"
	Likely Strength = "likely"
	None   Strength = "none"
)

var (
	sure = words("accesskey accesstoken apikey apikeys authorization authtoken cardnumber clientsecret connectionstring " +
		"credential credentials creditcard creds cvc cvv cvv2 mysqlpwd passcode passcodes passphrase passphrases passwd " +
		"passwds password passwords pgpassword privatekey pwd refreshtoken secret secretkey secrets ssn totp")
	sureEnds  = strings.Fields("apikey passphrase passwd password secret")
	surePairs = pairs("access key,access keys,access tokens,account key,api key,api keys,api tokens,app key,auth key," +
		"auth tokens,backup codes,basic auth,bearer tokens,card no,card num,card number,connection string,credit card," +
		"db pass,debit card,deploy key,device tokens,encryption key,id tokens,license key,master key,mfa code,one time," +
		"private key,private keys,recovery code,recovery codes,refresh tokens,secret key,security code,session tokens," +
		"shared key,signing key,smtp pass,social security,ssh key,user pass,verification code")
	likely = words("auth bearer card cookie cookies csrf jsessionid jwt jwts otp otps phpsessid pin sessid session " +
		"sessionid sessions sid token xsrf")
	likelyEnds = strings.Fields("cookie sessid sessionid token")
	about      = words("age alg algorithm at class column count counter counts disabled domain enabled endpoint error " +
		"errors exception expiration expire expired expires expiry factory field fields file filename folder format " +
		"handler idx in index invalid kind len length limit line manager max min missing name names offset on path " +
		"policy position present provider required service size state status store strength timeout ttl type types uri " +
		"url usage valid validator version")
	ofQueries = words("assertion code hmac key nonce pass pw sig signature state ticket")
)

func words(text string) map[string]bool {
	made := map[string]bool{}
	for _, word := range strings.Fields(text) {
		made[word] = true
	}
	return made
}

func pairs(text string) map[string]bool {
	made := map[string]bool{}
	for _, pair := range strings.Split(text, ",") {
		made[pair] = true
	}
	return made
}

// Segments are the words of a name, in lower case: userAPIKey2 is user, api, key (K1).
func Segments(name string) []string {
	name = text.Last(name, maxName)
	var made []string
	for at := 0; at < len(name); {
		start := at
		for at < len(name) && isUpper(name[at]) {
			at++
		}
		uppers := at - start
		for at < len(name) && isLower(name[at]) {
			at++
		}
		switch {
		case at == start:
			at++
			continue
		case uppers > 1 && at > start+uppers: // the last upper-case letter begins the next word
			made = append(made, text.Lower(name[start:start+uppers-1]), text.Lower(name[start+uppers-1:at]))
		default:
			made = append(made, text.Lower(name[start:at]))
		}
	}
	return made
}

func isUpper(char byte) bool  { return 'A' <= char && char <= 'Z' }
func isLower(char byte) bool  { return 'a' <= char && char <= 'z' }
func isLetter(char byte) bool { return isLower(char | 0x20) }
func isDigit(char byte) bool  { return '0' <= char && char <= '9' }
func isWord(char byte) bool   { return isLetter(char) || isDigit(char) }

// Names tells by names what is to be hidden: the tables and the user's own names together.
type Names struct{ extra [][]string }

// NewNames takes the names that the user added.
func NewNames(extra []string) *Names {
	made := &Names{}
	for _, name := range extra {
		if wanted := Segments(name); len(wanted) > 0 {
			made.extra = append(made.extra, wanted)
		}
	}
	return made
}

// Strength is K3.
func (n *Names) Strength(name string) Strength {
	parts := Segments(name)
	for _, wanted := range n.extra {
		if holds(parts, wanted) {
			return Sure
		}
	}
	if len(parts) == 0 || about[parts[len(parts)-1]] {
		return None
	}
	for index, part := range parts {
		if sure[part] || endsWith(part, sureEnds) || index > 0 && surePairs[parts[index-1]+" "+part] {
			return Sure
		}
	}
	for _, part := range parts {
		if likely[part] || endsWith(part, likelyEnds) {
			return Likely
		}
	}
	return None
}

// Tells says whether what the name names is to be hidden.
func (n *Names) Tells(name string) bool { return n.Strength(name) != None }

// TellsInQuery is the same for a URL's parameter, where more names tell (X6.3).
func (n *Names) TellsInQuery(name string) bool {
	lower := text.Lower(name)
	return n.Tells(name) || ofQueries[lower] || strings.HasSuffix(lower, "signature")
}

func holds(parts, wanted []string) bool {
	for start := 0; start+len(wanted) <= len(parts); start++ {
		same := true
		for index, part := range wanted {
			same = same && parts[start+index] == part
		}
		if same {
			return true
		}
	}
	return false
}

func endsWith(part string, ends []string) bool {
	for _, end := range ends {
		if strings.HasSuffix(part, end) {
			return true
		}
	}
	return false
}
