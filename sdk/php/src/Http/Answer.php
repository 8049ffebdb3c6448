<?php

declare(strict_types=1);

namespace Splat\Http;

use Splat\Json;

/** What the server said last. */
final class Answer
{
    /** @param array<string, string> $headers names in lower case */
    public function __construct(
        public readonly int $status,
        public readonly array $headers,
        public readonly string $body,
    ) {
    }

    public function header(string $name): string
    {
        return $this->headers[$name] ?? '';
    }

    /**
     * The body as JSON, objects as arrays.
     *
     * @throws Later when it is none: something else answered in the server's place
     */
    public function json(): mixed
    {
        try {
            return Json::arrays($this->body);
        } catch (\UnexpectedValueException) {
            throw new Later("the answer with status $this->status is not JSON");
        }
    }

    /**
     * @param list<string> $lines of the head, the status line not among them
     * @return array<string, string>
     */
    public static function headersIn(array $lines): array
    {
        $headers = [];
        foreach ($lines as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower(trim($name))] = trim($value);
        }
        return $headers;
    }
}
