<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use PHPUnit\Framework\TestCase;
use Splat\Clock;
use Splat\Http\Client;
use Splat\Http\CurlExchange;
use Splat\Http\Exchange;
use Splat\Http\Later;
use Splat\Http\StreamExchange;

/** T2, T5 on a plain server, by both roads. */
final class HttpTest extends TestCase
{
    public function exchanges(): array
    {
        return ['curl' => [new CurlExchange()], 'streams' => [new StreamExchange()]];
    }

    private static function client(Exchange $exchange, array $headers = []): Client
    {
        return new Client(Kit::running()->bare() . '/', $headers, $exchange);
    }

    /** @dataProvider exchanges */
    public function testARequestArrivesAsItWasMade(Exchange $exchange): void
    {
        $client = self::client($exchange, ['Authorization' => 'Bearer x']);
        $told = $client->request('PATCH', '/a/b?c=d%20e', ['text' => "é\u{2028}<&\xFF"], ['X-More' => '1'])->json();
        $this->assertSame(['PATCH', '/a/b?c=d%20e'], [$told['method'], $told['path']]);
        $this->assertSame('{"text":"\u00e9\u2028<&\ufffd"}', $told['body']);
        $this->assertMatchesRegularExpression('~^splat-php/[0-9.]+$~', $told['headers']['User-Agent']);
        $this->assertSame(['Bearer x', '1'], [$told['headers']['Authorization'], $told['headers']['X-More']]);
        $this->assertSame('application/json', $told['headers']['Content-Type']);
        $this->assertArrayNotHasKey('Expect', $told['headers']);
        $this->assertSame('GET', $client->request('GET', '/')->json()['method']);
    }

    /** @dataProvider exchanges */
    public function testALargeBodyAndAnAnswerInPieces(Exchange $exchange): void
    {
        $client = self::client($exchange);
        $text = str_repeat('x', 500_000);
        $this->assertSame($text, $client->request('POST', '/', $text)->json()['body']);
        $this->assertSame(str_repeat('a', 70_000) . 'b' . str_repeat('c', 10), $client->request('GET', '/chunks')->body);
        $this->expectException(Later::class);
        $this->expectExceptionMessage('longer than 70000 bytes');
        $client->request('GET', '/chunks', null, [], 1, 70_000);
    }

    /** @dataProvider exchanges */
    public function testARedirectIsFollowedOnThisHostAlone(Exchange $exchange): void
    {
        $client = self::client($exchange, ['Authorization' => 'Bearer x']);
        $here = Kit::running()->bare();
        foreach (['/there?x=1', "$here/there?x=1"] as $to) {
            $answer = $client->request('GET', '/elsewhere', null, ['X-To' => $to]);
            $this->assertSame('/there?x=1', $answer->json()['path']);
        }
        $port = (string) parse_url($here, PHP_URL_PORT);
        $elsewhere = ["http://localhost:$port/", '//127.0.0.1:9/', 'http://127.0.0.1:9/', "https://127.0.0.1:$port/", "$here@example.com/", "http://u:p@127.0.0.1:$port/", '', "/a b"];
        foreach ($elsewhere as $to) {
            $this->assertSame(302, $client->request('GET', '/elsewhere', null, ['X-To' => $to])->status, $to);
        }
        $this->assertSame(302, $client->request('POST', '/elsewhere', '', ['X-To' => '/there'])->status);
    }

    /** @dataProvider exchanges */
    public function testWhatIsNoAnswerIsLater(Exchange $exchange): void
    {
        $client = self::client($exchange);
        $client->hurry(Clock::steady() + 1.0);
        try {
            $client->request('GET', '/garbage', null, [], 1);
            $this->fail('it was an answer');
        } catch (Later $later) {
            $this->assertStringStartsWith('127.0.0.1: ', $later->getMessage());
        }
        $client->hurry(Clock::steady());
        $this->expectExceptionMessage('there is no time left');
        $client->request('GET', '/');
    }

    /** @dataProvider exchanges */
    public function testWhateverBytesComeBackItIsAnAnswerOrNone(Exchange $exchange): void
    {
        mt_srand(9);
        $client = self::client($exchange);
        $good = ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 No\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x\r\n0123456789\r\n0\r\n\r\n",
            "HTTP/1.1 204\r\nDate: Sat, 21 Nov 2026 07:00:00 GMT\r\nX: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" . gzencode('hello')];
        $parts = ["\r\n", "\0", ':', '-5', 'ffffffffffffffff', "HTTP/1.1 200\r\n", "Transfer-Encoding: chunked\r\n", '0', "\xFF"];
        $known = ['hello' => 0, '' => 0, 'x' => 0, 'abc0123456789' => 0];
        for ($round = 0; $round < 150; $round++) {
            $bytes = $good[$round % 5];
            for ($times = $round < 5 ? 0 : mt_rand(1, 3); $times > 0; $times--) {
                $put = mt_rand(0, 1) ? $parts[mt_rand(0, 8)] : '';
                $bytes = substr_replace($bytes, $put, mt_rand(0, strlen($bytes)), mt_rand(0, 4));
            }
            $client->hurry(Clock::steady() + 30.0);
            $client->silentUntil = 0.0;
            try {
                $answer = $client->request('POST', '/bytes', base64_encode($bytes), [], 1, 1_000);
                $this->assertTrue($round >= 5 || isset($known[$answer->body]), bin2hex($answer->body));
            } catch (Later $later) {
                $this->assertGreaterThanOrEqual(5, $round, $later->getMessage());
            }
        }
    }

    public function testAddressesAndTokensThatCannotBeUsed(): void
    {
        $bad = [['ftp://x', 'x'], ['', 'x'], ['https://', 'x'], ['https://x', "a\nb"], ['https://x', 'é'], ["https://x\n", 'x']];
        foreach ($bad as [$base, $token]) {
            try {
                new Client($base, ['Authorization' => $token]);
                $this->fail("$base was taken");
            } catch (\InvalidArgumentException $error) {
                $this->assertStringNotContainsString($token, str_replace('x', '', $error->getMessage()));
            }
        }
    }

    public function testWithoutTrustThereIsNoConnection(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $client = new Client('https://' . stream_socket_get_name($server, false), [], new StreamExchange());
        $client->hurry(Clock::steady() + 0.5);
        $this->expectException(Later::class);
        $client->request('GET', '/', null, [], 1);
    }
}
