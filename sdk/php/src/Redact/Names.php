<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Regex;
use Splat\Utf8;

/** K: what a name tells about the value that it names: the tables and the user's own together. */
final class Names
{
    /** Only the last so many code points of a name count (K1). */
    private const MAX_NAME = 100;
    /** Names whose answer is remembered; beyond that all are forgotten. */
    public const MAX_KNOWN = 1_024;

    private const SURE = 'accesskey accesstoken apikey apikeys authorization authtoken cardnumber clientsecret '
        . 'connectionstring credential credentials creditcard creds cvc cvv cvv2 mysqlpwd passcode passcodes '
        . 'passphrase passphrases passwd passwds password passwords pgpassword privatekey pwd refreshtoken secret '
        . 'secretkey secrets ssn totp';
    private const SURE_ENDS = ['apikey', 'passphrase', 'passwd', 'password', 'secret'];
    private const SURE_PAIRS = 'access key,access keys,access tokens,account key,api key,api keys,api tokens,app key,'
        . 'auth key,auth tokens,backup codes,basic auth,bearer tokens,card no,card num,card number,connection string,'
        . 'credit card,db pass,debit card,deploy key,device tokens,encryption key,id tokens,license key,master key,'
        . 'mfa code,one time,private key,private keys,recovery code,recovery codes,refresh tokens,secret key,'
        . 'security code,session tokens,shared key,signing key,smtp pass,social security,ssh key,user pass,'
        . 'verification code';
    private const LIKELY = 'auth bearer card cookie cookies csrf jsessionid jwt jwts otp otps phpsessid pin sessid '
        . 'session sessionid sessions sid token xsrf';
    private const LIKELY_ENDS = ['cookie', 'sessid', 'sessionid', 'token'];
    private const ABOUT = 'age alg algorithm at class column count counter counts disabled domain enabled endpoint '
        . 'error errors exception expiration expire expired expires expiry factory field fields file filename folder '
        . 'format handler idx in index invalid kind len length limit line manager max min missing name names offset '
        . 'on path policy position present provider required service size state status store strength timeout ttl '
        . 'type types uri url usage valid validator version';
    private const QUERY = [
        'assertion', 'code', 'hmac', 'key', 'nonce', 'pass', 'pw', 'sig', 'signature', 'state', 'ticket',
    ];

    /** @var array<string, array<string, int>> the tables by their words */
    private static array $tables = [];
    /** @var list<string> names that the user added, each as segments between blanks */
    private array $extra = [];
    /** @var array<string, string> */
    private array $known = [];

    /** @param list<string> $extra names that tell too */
    public function __construct(array $extra = [])
    {
        foreach ($extra as $name) {
            $segments = self::segments($name);
            if ($segments !== []) {
                $this->extra[] = ' ' . implode(' ', $segments) . ' ';
            }
        }
        self::$tables = self::$tables ?: [
            'sure' => array_flip(explode(' ', self::SURE)),
            'pairs' => array_flip(explode(',', self::SURE_PAIRS)),
            'likely' => array_flip(explode(' ', self::LIKELY)),
            'about' => array_flip(explode(' ', self::ABOUT)),
        ];
    }

    /**
     * K1: the words of a name, in lower case: `userAPIKey2` is user, api, key.
     *
     * @return list<string>
     */
    public static function segments(string $name): array
    {
        $name = Utf8::last(Utf8::scrub($name), self::MAX_NAME);
        return array_map(
            [Utf8::class, 'lower'],
            array_column(Regex::all('/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/', $name), 0),
        );
    }

    /** K3: `sure`, `likely` or `none`. */
    public function strength(string $name): string
    {
        if (isset($this->known[$name])) {
            return $this->known[$name];
        }
        $strength = $this->strengthOf(self::segments($name));
        if (strlen($name) <= self::MAX_NAME) {
            if (count($this->known) >= self::MAX_KNOWN) {
                $this->known = [];
            }
            $this->known[$name] = $strength;
        }
        return $strength;
    }

    /** Whether what the name names is to be hidden. */
    public function tells(string $name): bool
    {
        return $this->strength($name) !== 'none';
    }

    /** The same for a URL's parameter, where more names tell (X6.3). */
    public function tellsInQuery(string $name): bool
    {
        $lower = Utf8::lower($name);
        return $this->tells($name) || in_array($lower, self::QUERY, true) || str_ends_with($lower, 'signature');
    }

    /** @param list<string> $segments */
    private function strengthOf(array $segments): string
    {
        $all = ' ' . implode(' ', $segments) . ' ';
        foreach ($this->extra as $wanted) {
            if (str_contains($all, $wanted)) {
                return 'sure';
            }
        }
        if ($segments === [] || isset(self::$tables['about'][end($segments)])) {
            return 'none';
        }
        foreach ($segments as $number => $segment) {
            $pair = $segment . ' ' . ($segments[$number + 1] ?? '');
            $isSure = isset(self::$tables['sure'][$segment]) || isset(self::$tables['pairs'][$pair]);
            if ($isSure || self::endsWithOne($segment, self::SURE_ENDS)) {
                return 'sure';
            }
        }
        foreach ($segments as $segment) {
            if (isset(self::$tables['likely'][$segment]) || self::endsWithOne($segment, self::LIKELY_ENDS)) {
                return 'likely';
            }
        }
        return 'none';
    }

    /** @param list<string> $ends */
    private static function endsWithOne(string $segment, array $ends): bool
    {
        foreach ($ends as $end) {
            if (str_ends_with($segment, $end)) {
                return true;
            }
        }
        return false;
    }
}
