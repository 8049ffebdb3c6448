<?php

declare(strict_types=1);

namespace Splat;

/**
 * The options of one `init`: its argument, then `extra.splat` of composer.json, then `SPLAT_*`, then defaults.
 *
 * The first source that names an option counts; a value there that cannot be used warns once, and the default is used.
 */
final class Settings
{
    /** Variables that begin as ours do and belong to the program that heals. */
    private const NOT_OURS = ['SPLAT_LIMITS_', 'SPLAT_TREE', 'SPLAT_RESULTS', 'SPLAT_TOOLS'];
    private const MOST_FOLDERS = 40;
    private const MOST_BYTES = 1_000_000;

    /**
     * Never throws for what a user wrote. Arguments that are null are not given.
     *
     * @param array<array-key, mixed> $arguments
     * @param array<string, string> $environ
     * @param string $started the folder that the process started in
     */
    public static function read(array $arguments, array $environ, string $started): Options
    {
        $found = self::fromArguments($arguments);
        $variables = self::fromEnvironment($environ);
        $root = self::root($found + $variables, $started);
        $found += self::fromComposer($root) + $variables;
        $chosen = [];
        foreach ($found as $name => [$value, $where]) {
            $read = self::checked($name, $value, $where);
            if ($read !== null) {
                $chosen[$name] = $read;
            }
        }
        $chosen['root'] = isset($chosen['root']) ? self::absolute($chosen['root'], $started) : $root;
        foreach (['folder' => 'splat-reports', 'spool_dir' => ''] as $name => $default) {
            $folder = $chosen[$name] ?? $default;
            $chosen[$name] = $folder === '' ? '' : self::absolute($folder, $chosen['root']);
        }
        $below = static fn (string $each) => self::absolute($each, $chosen['root']);
        $chosen['include'] = array_map($below, $chosen['include'] ?? []);
        $chosen['release'] ??= Release::release($environ, $chosen['root']);
        $chosen['deploy'] ??= Release::deploy($environ);
        $chosen['transport'] = self::transport($chosen);
        return new Options($chosen);
    }

    /** @return array<string, string> what a server or a `.env` loader may have put in any of three places */
    public static function environ(): array
    {
        // Names of what clients send begin with HTTP_.
        return array_filter((function_exists('getenv') ? getenv() : []) + $_ENV + $_SERVER, 'is_string');
    }

    /**
     * The one that was asked for, else the one that the rest asks for; `none` where it lacks what it needs.
     *
     * @param array<string, mixed> $chosen
     */
    private static function transport(array $chosen): string|Transport
    {
        $github = ($chosen['repo'] ?? '') !== '' || ($chosen['token'] ?? '') !== '';
        $asked = $chosen['transport'] ?? (($chosen['url'] ?? '') !== '' ? 'http' : ($github ? 'github' : ''));
        $enabled = $chosen['enabled'] ?? true;
        if ($asked === '') {
            $enabled && Warn::warn(
                "errors are not sent anywhere: give init() 'repo' and 'token', or 'url', or 'transport'",
                'no transport'
            );
            return 'none';
        }
        $needed = is_string($asked) ? ['github' => ['repo', 'token'], 'http' => ['url']][$asked] ?? [] : [];
        $missing = array_filter($needed, static fn (string $name) => ($chosen[$name] ?? '') === '');
        if ($missing && $enabled) {
            $wanted = array_map(static fn (string $name) => "'$name' (or SPLAT_" . strtoupper($name) . ')', $missing);
            $words = "errors are not sent anywhere: the transport $asked needs " . implode(' and ', $wanted);
            Warn::warn($words, 'no transport');
        }
        return $missing ? 'none' : $asked;
    }

    // --- the sources: name to value, and where it stands -------------------------------------------------------------

    /**
     * @param array<array-key, mixed> $arguments
     * @return array<string, array{mixed, string}>
     */
    private static function fromArguments(array $arguments): array
    {
        $found = [];
        foreach ($arguments as $name => $value) {
            if ($value !== null && self::isKnown((string) $name, "init(): no option '" . self::shown($name) . "'")) {
                $found[$name] = [$value, "init(): '$name'"];
            }
        }
        return $found;
    }

    /**
     * @param array<string, string> $environ
     * @return array<string, array{mixed, string}>
     */
    private static function fromEnvironment(array $environ): array
    {
        $found = [];
        foreach ($environ as $variable => $value) {
            $variable = (string) $variable;
            if (!str_starts_with($variable, 'SPLAT_') || trim($value) === '') {
                continue;
            }
            $name = strtolower(substr($variable, 6));
            if (isset(Options::TABLE[$name])) {
                if (!in_array($name, Options::ARGUMENTS_ONLY, true)) {
                    $found[$name] = [$value, $variable];
                }
            } elseif (!self::isOthers($variable) && self::alike($name) !== '') {
                // Without a likeness it is most likely another program's.
                $alike = self::alike($name, 'SPLAT_');
                Warn::warn("no variable $variable is known$alike; it is passed over", "option $name");
            }
        }
        return $found;
    }

    /** @return array<string, array{mixed, string}> */
    private static function fromComposer(string $root): array
    {
        [$path, $table] = self::composerAbove($root);
        $found = [];
        foreach ($table as $name => $value) {
            $where = "$path: extra.splat.$name";
            $known = str_replace('-', '_', (string) $name);
            if (!self::isKnown($known, "$path: extra.splat has no option '" . self::shown($name) . "'")) {
                continue;
            }
            if (in_array($known, Options::ARGUMENTS_ONLY, true)) {
                Warn::warn("$where can only be given to init(); it is passed over", "option $known");
                continue;
            }
            if ($known === 'token') {
                $words = "$where: a token in a file that is committed is no secret; use SPLAT_TOKEN";
                Warn::warn($words, 'token in a file');
            }
            if (in_array($known, ['root', 'folder', 'spool_dir'], true) && is_string($value) && $value !== '') {
                $value = self::absolute($value, dirname($path));
            }
            $found[$known] = [$value, $where];
        }
        return $found;
    }

    /** @return array{string, array<array-key, mixed>} the nearest composer.json upwards that has something for us */
    private static function composerAbove(string $folder): array
    {
        for ($left = self::MOST_FOLDERS; $left > 0 && $folder !== ''; $left--) {
            $path = rtrim($folder, '/') . '/composer.json';
            $text = @is_file($path) ? Files::text($path, self::MOST_BYTES) : '';
            if (str_contains($text, '"splat"')) {
                $data = json_decode($text, true, 64);
                if (!is_array($data)) {
                    Warn::warn("$path cannot be read; its extra.splat is passed over", 'composer.json');
                    return [$path, []];
                }
                $table = is_array($data['extra'] ?? null) ? $data['extra']['splat'] ?? null : null;
                if (is_array($table)) {
                    return [$path, $table];
                }
            }
            if (dirname($folder) === $folder) {
                break;
            }
            $folder = dirname($folder);
        }
        return ['', []];
    }

    // --- one option --------------------------------------------------------------------------------------------------

    /** The value as the option has it; null, and a warning, when it cannot be used. */
    private static function checked(string $name, mixed $value, string $where): mixed
    {
        [$default, $method] = Options::TABLE[$name];
        try {
            return match ($method) {
                'locals' => Reading::word($value, ['shape', 'values', 'off']),
                'integrations' => Reading::words($value, ['exceptions', 'fatal']),
                default => Reading::$method($value),
            };
        } catch (\Throwable $error) { // a user's object may do anything when it is looked at
            $why = $error instanceof \InvalidArgumentException ? $error->getMessage() : 'cannot be read';
            $shown = is_string($default) ? "'$default'" : json_encode($default);
            $used = in_array($default, ['', null, []], true) ? 'it is left out' : "$shown is used";
            Warn::warn("$where $why; $used", "option $name");
            return null;
        }
    }

    private static function isKnown(string $name, string $otherwise): bool
    {
        if (isset(Options::TABLE[$name])) {
            return true;
        }
        Warn::warn($otherwise . self::alike($name) . '; it is passed over', 'option ' . substr($name, 0, 100));
        return false;
    }

    private static function isOthers(string $variable): bool
    {
        foreach (self::NOT_OURS as $start) {
            if (str_starts_with($variable, $start)) {
                return true;
            }
        }
        return false;
    }

    /** ` (did you mean …?)`, or nothing. */
    private static function alike(string $name, string $before = ''): string
    {
        $found = Reading::closest($name, array_keys(Options::TABLE));
        return $found === '' ? '' : ' (did you mean ' . $before . ($before ? strtoupper($found) : $found) . '?)';
    }

    private static function shown(int|string $name): string
    {
        return (string) preg_replace('/[^ -~]/', '?', substr((string) $name, 0, 60));
    }

    // --- the root ----------------------------------------------------------------------------------------------------

    /**
     * F1: what is given, else the app's folder. That is where a command was started, but that cron starts one anywhere,
     * and a server a request in the folder of its script: then it is the nearest above the script with a composer.json.
     *
     * @param array<string, array{mixed, string}> $found
     */
    private static function root(array $found, string $started): string
    {
        if (isset($found['root']) && is_string($found['root'][0]) && trim($found['root'][0]) !== '') {
            return self::absolute($found['root'][0], $started);
        }
        $folder = self::folderOfScript($started);
        $below = $started !== '' && str_starts_with("$folder/", rtrim($started, '/') . '/');
        $highest = Client::isCommand() && $below ? $started : '';
        for ($above = $folder, $left = self::MOST_FOLDERS; $left > 0; $above = dirname($above), $left--) {
            if (@is_file("$above/composer.json")) {
                return $above;
            }
            if ($above === $highest || dirname($above) === $above) {
                break;
            }
        }
        return Client::isCommand() ? $started : $folder;
    }

    private static function folderOfScript(string $started): string
    {
        $script = is_string($_SERVER['SCRIPT_FILENAME'] ?? null) ? $_SERVER['SCRIPT_FILENAME'] : '';
        if ($script === '' || str_contains($script, "\0")) {
            return $started;
        }
        // The files that PHP names in a trace have no links in their paths.
        $script = self::absolute($script, $started);
        return @is_file($script) ? dirname($script) : $started;
    }

    private static function absolute(string $path, string $below): string
    {
        $path = str_replace("\0", '', $path);
        $whole = preg_match('~^([/\\\\]|[A-Za-z]:[/\\\\])~', $path) ? $path : "$below/$path";
        return Host::real($whole) ?? (rtrim($whole, '/') ?: '/');
    }
}
