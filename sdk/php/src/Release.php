<?php

declare(strict_types=1);

namespace Splat;

/** Which commit runs and what was deployed, from what platforms say in the environment, else from `.git`. */
final class Release
{
    /** Set to the commit by the platform that built or runs the app; the first that looks like one counts. */
    private const COMMIT_VARIABLES = [
        'HEROKU_SLUG_COMMIT',
        'HEROKU_BUILD_COMMIT',
        'VERCEL_GIT_COMMIT_SHA',
        'RENDER_GIT_COMMIT',
        'RAILWAY_GIT_COMMIT_SHA',
        'CF_PAGES_COMMIT_SHA',
        'CODEBUILD_RESOLVED_SOURCE_VERSION',
        'BUILD_SOURCEVERSION',
        'BITBUCKET_COMMIT',
        'CIRCLE_SHA1',
        'CI_COMMIT_SHA',
        'GITHUB_SHA',
        'GIT_COMMIT',
        'GIT_SHA',
        'COMMIT_SHA',
        'COMMIT_REF',
        'SOURCE_VERSION',
        'SOURCE_COMMIT',
    ];
    /** Names what was deployed, where a platform has a word for it. */
    private const DEPLOY_VARIABLES = [
        'HEROKU_RELEASE_VERSION',
        'VERCEL_DEPLOYMENT_ID',
        'RAILWAY_DEPLOYMENT_ID',
        'K_REVISION',
    ];
    private const MOST_BYTES = 1_000_000;

    /**
     * The commit that runs; "" where nothing tells. Reads at most four small files.
     *
     * @param array<string, string> $environ
     */
    public static function release(array $environ, string $root): string
    {
        foreach (self::COMMIT_VARIABLES as $name) {
            $value = trim($environ[$name] ?? '');
            if (self::isCommit($value)) {
                return strtolower($value);
            }
        }
        return self::ofCheckout($root);
    }

    /**
     * The platform's name for this deployment; "" where it has none.
     *
     * @param array<string, string> $environ
     */
    public static function deploy(array $environ): string
    {
        foreach (self::DEPLOY_VARIABLES as $name) {
            if (trim($environ[$name] ?? '') !== '') {
                return trim($environ[$name]);
            }
        }
        return '';
    }

    private static function isCommit(string $text): bool
    {
        return preg_match('/^[0-9A-Fa-f]{7,64}$/D', $text) === 1;
    }

    private static function ofCheckout(string $root): string
    {
        $folder = self::gitFolder($root);
        $head = $folder === '' ? '' : trim(self::read("$folder/HEAD"));
        if (!str_starts_with($head, 'ref: ')) {
            return self::isCommit($head) ? $head : '';
        }
        $name = trim(substr($head, 5));
        if (str_contains($name, '..') || str_contains($name, "\0") || str_starts_with($name, '/')) {
            return '';
        }
        // A linked work tree keeps its branches in the main one's folder.
        $shared = trim(self::read("$folder/commondir"));
        $folder = $shared === '' ? $folder : self::joined($folder, $shared);
        $commit = trim(self::read("$folder/$name"));
        if ($commit !== '') {
            return self::isCommit($commit) ? $commit : '';
        }
        foreach (explode("\n", self::read("$folder/packed-refs")) as $line) {
            [$commit, $ref] = explode(' ', trim($line), 2) + ['', ''];
            if ($ref === $name && self::isCommit($commit)) {
                return $commit;
            }
        }
        return '';
    }

    private static function gitFolder(string $root): string
    {
        $place = "$root/.git";
        if ($root === '' || @is_dir($place)) {
            return $root === '' ? '' : $place;
        }
        $told = trim(self::read($place));
        return str_starts_with($told, 'gitdir: ') ? self::joined($root, trim(substr($told, 8))) : '';
    }

    private static function joined(string $folder, string $path): string
    {
        return str_starts_with($path, '/') || preg_match('~^[A-Za-z]:[/\\\\]~', $path) ? $path : "$folder/$path";
    }

    private static function read(string $path): string
    {
        return str_contains($path, "\0") || !@is_file($path)
            ? ''
            : (string) @file_get_contents($path, false, null, 0, self::MOST_BYTES);
    }
}
