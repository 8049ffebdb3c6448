<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Regex;
use Splat\Utf8;

/** X2-X5: secrets that look like secrets, whatever stands before them. */
final class Shapes
{
    private const B = '(^|[^0-9A-Za-z])';
    private const E = '(^|[^0-9A-Za-z_-])';
    /** X3: by name, what a text that holds one contains, and the pattern. Group 2 is secret. */
    private const PUBLISHED = [
        'aws' => [['AKIA', 'ASIA', 'ABIA', 'ACCA'], self::B . '((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16,})'],
        'aws-bedrock' => [['ABSK', 'bedrock-api-key-'], self::B . '((?:ABSK|bedrock-api-key-)[0-9A-Za-z+/=]{40,})'],
        'github' => [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], self::B . '(gh[pousr]_[0-9A-Za-z_]{20,})'],
        'github-pat' => [['github_pat_'], self::B . '(github_pat_[0-9A-Za-z_]{20,})'],
        'gitlab' => [['gl'], self::B . '(gl(?:pat|dt|rt|cbt|ptt|ft|imt|oas|soat|agent)-[0-9A-Za-z_.-]{16,})'],
        'slack' => [['xox'], self::B . '(xox[abcdeops][.-][0-9A-Za-z.-]{10,})'],
        'slack-app' => [['xapp-'], self::B . '(xapp-[0-9]-[0-9A-Za-z-]{10,})'],
        'slack-webhook' => [
            ['hooks.slack.com/'],
            '(hooks\.slack\.com/(?:services|workflows|triggers)/)([0-9A-Za-z_/-]{20,})',
        ],
        'discord-webhook' => [
            ['/api/webhooks/'],
            '(discord(?:app)?\.com/api/webhooks/[0-9]{5,25}/)([0-9A-Za-z_-]{20,})',
        ],
        'stripe' => [['k_live_', 'k_test_', 'k_prod_'], self::B . '([sr]k_(?:live|test|prod)_[0-9A-Za-z]{10,})'],
        'stripe-webhook' => [['whsec_'], self::B . '(whsec_[0-9A-Za-z+/=]{20,})'],
        'google' => [['AIza'], self::B . '(AIza[0-9A-Za-z_-]{35,})'],
        'google-oauth' => [['ya29.'], self::B . '(ya29\.[0-9A-Za-z_.-]{20,})'],
        'google-secret' => [['GOCSPX-'], self::B . '(GOCSPX-[0-9A-Za-z_-]{20,})'],
        'sk' => [['sk-'], self::E . '(sk-[0-9A-Za-z_-]{20,})'],
        'npm' => [['npm_'], self::B . '(npm_[0-9A-Za-z]{30,})'],
        'pypi' => [['pypi-'], self::B . '(pypi-[0-9A-Za-z_-]{32,})'],
        'rubygems' => [['rubygems_'], self::B . '(rubygems_[0-9a-f]{40,})'],
        'sendgrid' => [['SG.'], self::B . '(SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,})'],
        'twilio' => [['SK'], self::B . '(SK[0-9a-f]{32,})'],
        'mailgun' => [['key-'], self::B . '(key-[0-9a-f]{32,})'],
        'digitalocean' => [['_v1_'], self::B . '(do[por]_v1_[0-9a-f]{40,})'],
        'shopify' => [['shp'], self::B . '(shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32,})'],
        'square' => [['sq0'], self::B . '(sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{20,})'],
        'huggingface' => [['hf_'], self::B . '(hf_[0-9A-Za-z]{30,})'],
        'databricks' => [['dapi'], self::B . '(dapi[0-9a-f]{32,})'],
        'vault' => [['hvs.', 'hvb.', 'hvr.'], self::B . '(hv[sbr]\.[0-9A-Za-z_-]{24,})'],
        'grafana' => [['glsa_'], self::B . '(glsa_[0-9A-Za-z]{32}_[0-9a-f]{8,})'],
        'sentry' => [['sntry'], self::B . '(sntry[su]_[0-9A-Za-z_+/=-]{30,})'],
        'newrelic' => [['NRAK-'], self::B . '(NRAK-[0-9A-Z]{27,})'],
        'atlassian' => [['ATATT3'], self::B . '(ATATT3[0-9A-Za-z_=-]{30,})'],
        'docker' => [['dckr_pat_'], self::B . '(dckr_pat_[0-9A-Za-z_-]{20,})'],
        'linear' => [['lin_api_'], self::B . '(lin_api_[0-9A-Za-z]{30,})'],
        'postman' => [['PMAK-'], self::B . '(PMAK-[0-9a-f]{24}-[0-9a-f]{34,})'],
        'notion' => [['ntn_'], self::B . '(ntn_[0-9A-Za-z]{40,})'],
        'age' => [['AGE-SECRET-KEY-1'], self::B . '(AGE-SECRET-KEY-1[0-9A-Z]{40,})'],
        'telegram' => [[':AA'], self::B . '([0-9]{8,10}:AA[0-9A-Za-z_-]{32,})'],
        'discord-bot' => [['.'], self::E . '([MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,})'],
        'jwt' => [['eyJ'], self::E . '(eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){0,3})'],
    ];

    /** No text that matches one of these is shorter, in bytes. */
    private const SHORTEST = 15;

    private const PEM_BEGIN = '/-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/';
    private const PEM_END = '/-----END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/';
    private const BEARER = '~(?<![0-9A-Za-z_])((?:Bearer|bearer|BEARER|Basic|basic|BASIC)[ \t]{1,4})'
        . '([0-9A-Za-z._\~+/=-]{6,})~';
    private const WORD = '~^(?:[A-Z]?[a-z]{0,23}[.]{0,3}=?|[a-z]{1,20}(?:[/_-][a-z]{1,20}){1,3}[.]{0,3})\z~';
    private const NO_AUTHORITY = " \t\n\x0B\x0C\r/?#\"'<>`\\";
    private const LONG_NAME = 20;

    /** A pattern of what all of PUBLISHED contain. */
    private static string $any = '';

    /** X2 to X5 over one text. */
    public static function hide(string $text, bool $source): string
    {
        if (str_contains($text, '-----BEGIN ')) {
            $text = self::hidePrivateKeys($text);
        }
        if (self::mayHold($text)) {
            foreach (self::PUBLISHED as [$holds, $pattern]) {
                if (self::holdsOne($text, $holds)) {
                    $text = Regex::replace("~$pattern~", '${1}' . Redact::MARK, $text);
                }
            }
        }
        if (preg_match('/earer|asic|EARER|ASIC/', $text) !== 0) {
            $text = Regex::replaceEach(self::BEARER, self::token(...), $text);
        }
        if (str_contains($text, '://') && str_contains($text, '@')) {
            $text = self::hideUserinfo($text, $source);
        }
        return $text;
    }

    /** Whether any of X3 may be in it: most texts are lines of programs, which are gone over once. */
    private static function mayHold(string $text): bool
    {
        if (strlen($text) < self::SHORTEST) {
            return false;
        }
        if (self::$any === '') {
            $parts = array_merge(...array_column(self::PUBLISHED, 0));
            $parts = array_map(static fn (string $part): string => preg_quote($part, '~'), array_diff($parts, ['.']));
            // One has but a dot: this is how it begins.
            self::$any = '~' . implode('|', $parts) . '|[MNO][0-9A-Za-z_-]{23,27}\.~';
        }
        return preg_match(self::$any, $text) !== 0;
    }

    /** @param list<string> $parts */
    private static function holdsOne(string $text, array $parts): bool
    {
        foreach ($parts as $part) {
            if (str_contains($text, $part)) {
                return true;
            }
        }
        return false;
    }

    private static function hidePrivateKeys(string $text): string
    {
        $made = '';
        $at = 0;
        while (Regex::matches(self::PEM_BEGIN, $text, $begin, $at, PREG_OFFSET_CAPTURE)) {
            [$line, $start] = $begin[0];
            $made .= substr($text, $at, $start - $at) . Redact::MARK;
            $ends = Regex::matches(self::PEM_END, $text, $end, $start + strlen($line), PREG_OFFSET_CAPTURE);
            $at = $ends ? $end[0][1] + strlen($end[0][0]) : strlen($text);
        }
        return $made . substr($text, $at);
    }

    /** @param array<array-key, string> $match X4 */
    private static function token(array $match): string
    {
        return Regex::matches(self::WORD, $match[2]) ? $match[0] : $match[1] . Redact::MARK;
    }

    /** X5. No pattern: a long authority without an `@` would be gone back over byte by byte. */
    private static function hideUserinfo(string $text, bool $source): string
    {
        $made = '';
        $done = $at = 0;
        while (($start = strpos($text, '://', $at)) !== false) {
            $at = $start + strlen('://');
            $userinfo = substr($text, $at, strcspn($text, self::NO_AUTHORITY, $at));
            $end = strrpos($userinfo, '@');
            if ($end === false || $end === 0) {
                continue;
            }
            $secret = self::secretOf(substr($userinfo, 0, $end));
            if ($secret !== '' && !($source && preg_match('/^(?:[${%]|#\{)/', $secret) === 1)) {
                $made .= substr($text, $done, $at - $done) . Redact::MARK;
                $done = $at + $end;
            }
            $at += $end + 1;
        }
        return $made . substr($text, $done);
    }

    private static function secretOf(string $userinfo): string
    {
        $colon = strpos($userinfo, ':');
        if ($colon !== false) {
            return substr($userinfo, $colon + 1);
        }
        return Utf8::length($userinfo) >= self::LONG_NAME ? $userinfo : '';
    }
}
