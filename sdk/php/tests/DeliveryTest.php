<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Clock;
use Splat\Count;
use Splat\Files;
use Splat\Item;
use Splat\Memory;
use Splat\Spool;
use Splat\Wire;

/** The spool, what all requests remember, and who delivers. */
final class DeliveryTest extends TestCase
{
    private string $folder;
    private string $spool;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
        $this->spool = "$this->folder/spool";
    }

    protected function tearDown(): void
    {
        Folders::remove($this->folder);
    }

    private static function item(float $time, int $seen = 1): Item
    {
        return new Item(bin2hex(random_bytes(16)), $time, new Count('00112233445566ff', $seen, $time, $time, 'r'));
    }

    public function testAFileIsTakenByOneAndGivenBack(): void
    {
        $spool = new Spool($this->spool);
        $names = [$spool->put(self::item(2.0), false), $spool->put(self::item(1.0), true), $spool->put(self::item(1.0), false)];
        self::assertCount(3, array_unique($names));
        $taken = $spool->take(2);
        self::assertSame([$names[1], $names[2]], array_keys($taken));
        self::assertSame([$names[0]], array_keys((new Spool($this->spool))->take(5)));
        self::assertTrue($spool->has($names[1]));
        $spool->done($names[1]);
        $spool->back($names[2]);
        self::assertFalse($spool->has($names[1]));
        self::assertSame([$names[2]], array_keys($spool->take(5)));
        self::assertSame(0700, fileperms($this->spool) & 0777);
    }

    public function testWhatTheDeadHadTakenIsGivenBackAndTheRestTidied(): void
    {
        $spool = new Spool($this->spool);
        $name = $spool->put(self::item(1.0), false);
        rename("$this->spool/$name", "$this->spool/$name.4194304.taken");
        $alive = $spool->put(self::item(3.0), false);
        rename("$this->spool/$alive", "$this->spool/$alive." . posix_getppid() . '.taken');
        foreach (['old.tmp' => 7200, 'new.tmp' => 10, 'old.bad' => 8 * 86400, 'new.bad' => 86400] as $file => $age) {
            touch("$this->spool/$file", time() - $age);
        }
        $spool->tidy();
        self::assertTrue(is_file("$this->spool/$name"));
        self::assertFalse(is_file("$this->spool/$alive"));
        self::assertSame(['new.bad', 'new.tmp'], array_values(array_map('basename', glob("$this->spool/{old,new}.*", GLOB_BRACE) ?: [])));
    }

    public function testWhatCannotBeReadIsSetAside(): void
    {
        $spool = new Spool($this->spool);
        foreach (['{', '[]', '{"schema":"splat-count/1"}', '', "\xff", str_repeat('x', 4_000_001)] as $index => $text) {
            file_put_contents("$this->spool/2026112107000000$index-x.json", $text);
        }
        symlink('/etc/passwd', "$this->spool/20261121070000009-x.json");
        self::assertSame([], $spool->take(50));
        self::assertSame(7, $spool->unreadable);
        self::assertCount(7, glob("$this->spool/*.bad") ?: []);
        self::assertSame([], glob("$this->spool/*.json"));
    }

    public function testTheOldestGoesWhereThereAreTooMany(): void
    {
        $spool = new Spool($this->spool);
        $first = $spool->put(self::item(1.0), false);
        for ($number = 0; $number < Spool::MOST_FILES; $number++) {
            $spool->put(self::item(1000.0 + $number), false);
        }
        self::assertSame(1, $spool->dropped);
        self::assertFalse($spool->has($first));
    }

    public function testAFolderThatIsALinkIsRefused(): void
    {
        mkdir("$this->folder/real");
        symlink("$this->folder/real", $this->spool);
        $this->expectException(\RuntimeException::class);
        Files::private($this->spool);
    }

    public function testRequestsRememberTogether(): void
    {
        $requests = array_map(fn () => new Memory($this->spool, 'r1', false), range(1, 4));
        $answers = array_map(static fn (Memory $each) => $each->error('00112233445566ff', 5.0)->report, $requests);
        self::assertSame([true, false, false, false], $answers);
        self::assertTrue((new Memory($this->spool, 'r2', false))->error('00112233445566ff', 5.0)->report, 'another release');
        for ($number = 0; $number < 1000; $number++) {
            $requests[0]->error('00112233445566ff', 6.0);
        }
        [$count] = $requests[0]->due(true);
        self::assertSame([1003, 5.0, 6.0], [$count->seen, $count->first, $count->last]);
        $requests[1]->forget('00112233445566ff');
        self::assertTrue((new Memory($this->spool, 'r1', false))->error('00112233445566ff', 7.0)->report);
        self::assertSame(0600, fileperms("$this->spool/seen.state") & 0777);
    }

    public function testWhatAnotherRequestForgetsIsKnownForASecondMore(): void
    {
        for ($try = 0; $try < 50; $try++) { // a second may be too short on a busy machine
            $started = Clock::steady();
            [$one, $other] = [new Memory("$this->spool$try", 'r1', false), new Memory("$this->spool$try", 'r1', false)];
            $one->error('00112233445566ff', 5.0);
            $other->error('00112233445566ff', 5.0);
            $one->forget('00112233445566ff');
            $isReported = $other->error('00112233445566ff', 7.0)->report;
            if (Clock::steady() - $started < 0.9) {
                self::assertFalse($isReported);
                return;
            }
        }
        self::fail('there was never a second');
    }

    public function testAKilledCommandsCountsAreFound(): void
    {
        $text = '<?php require ' . var_export(dirname(__DIR__) . '/autoload.php', true) . ';'
            . '$m = new \Splat\Memory(' . var_export($this->spool, true) . ", 'r', true);"
            . 'for ($i = 0; $i < 4; $i++) { $m->error("00112233445566ff", 5.0 + $i); $i === 2 && sleep(1); }'
            . 'posix_kill(getmypid(), 9);';
        Program::run($text, $this->folder);
        [$count] = (new Memory($this->spool, 'r', true))->due(false);
        self::assertSame(3, $count->seen);
        self::assertSame([], glob("$this->spool/seen-*"));
    }

    public function testNonsenseInTheStateIsANewBeginning(): void
    {
        foreach (['{"known":{"x":[1]}}', '[', '{"begun":"x","known":7}', str_repeat('[', 5000)] as $number => $text) {
            Files::private($this->spool);
            file_put_contents("$this->spool/seen.state", $text);
            self::assertTrue((new Memory($this->spool, "r$number", false))->error('00112233445566ff', 5.0)->report);
        }
        foreach (['seen.state', 'seen.state.lock'] as $number => $name) {
            unlink("$this->spool/$name");
            mkdir("$this->spool/$name/sub", 0700, true);
            $reports = array_map(
                fn () => (new Memory($this->spool, "d$number", false))->error('00112233445566ff', 5.0)->report,
                [1, 2, 3]
            );
            self::assertSame([true, false, false], $reports, "a folder in the place of $name");
        }
    }

    public function testWhatHostsForbidIsDoneWithout(): void
    {
        $forbidden = 'touch,chmod,umask,realpath,getcwd,getmypid,getenv,php_uname,link,fsync,usleep,ignore_user_abort,'
            . 'ini_set,set_time_limit,memory_get_usage,posix_kill,posix_geteuid,posix_getpwuid,curl_exec';
        $text = '<?php require ' . var_export(dirname(__DIR__) . '/autoload.php', true) . ';'
            . '\Splat\init(["transport" => "file", "folder" => "out", "spool_dir" => __DIR__ . "/spool", "root" => __DIR__]);'
            . 'throw new LogicException("no");';
        mkdir("$this->folder/spool/file-" . substr(hash('sha256', "file\n$this->folder/out"), 0, 8) . '/deliver.lock', 0700, true);
        $program = Program::run($text, $this->folder, ["disable_functions=$forbidden", 'display_errors=0', 'log_errors=1']);
        self::assertStringNotContainsString('splat', str_replace($this->folder, '', $program->errors));
        self::assertCount(1, glob("$this->folder/out/*.json") ?: []);
        self::assertCount(1, glob("$this->folder/spool/*/deliver.lock.*.bad") ?: [], 'a folder in the place of the lock');
    }

    public function testTheProgramForCronDeliversWhatIsLeft(): void
    {
        $spool = (string) \Splat\Folder::of(new \Splat\Options(['transport' => 'file', 'folder' => "$this->folder/out", 'spool_dir' => $this->folder]));
        $item = self::item(5.0, 3);
        (new Spool($spool))->put($item, false);
        $environ = ['SPLAT_TRANSPORT' => 'file', 'SPLAT_FOLDER' => "$this->folder/out", 'SPLAT_SPOOL_DIR' => $this->folder];
        $program = dirname(__DIR__) . '/bin/splat-deliver';
        $done = Program::runFile($program, $this->folder, [], $environ, [$this->folder]);
        self::assertSame([0, '', ''], [$done->code, $done->output, $done->errors]);
        $files = glob("$this->folder/out/*.json") ?: [];
        self::assertSame([Wire::textOf($item)], array_map('file_get_contents', $files));
        self::assertSame(2, Program::runFile($program, $this->folder, [], $environ, ['--nonsense'])->code);
    }

    public function testManyProcessesDeliverEachErrorOnce(): void
    {
        $text = '<?php require ' . var_export(dirname(__DIR__) . '/autoload.php', true) . ';'
            . "\\Splat\\init(['transport' => 'file', 'folder' => 'out', 'spool_dir' => 'spool']);"
            . 'for ($i = 0; $i < 3; $i++) { $c = "E" . getmypid() . "n$i"; eval("class $c extends Exception {}"); \Splat\capture_exception(new $c()); }';
        file_put_contents("$this->folder/many.php", $text);
        $running = [];
        for ($number = 0; $number < 12; $number++) {
            $running[] = proc_open([PHP_BINARY, "$this->folder/many.php"], [1 => ['file', '/dev/null', 'w']], $pipes, $this->folder);
        }
        foreach ($running as $process) {
            self::assertIsResource($process);
            self::assertSame(0, proc_close($process));
        }
        self::assertNotSame([], glob("$this->folder/out/*.json"));
        // Each has two seconds, also to wait for those before it: on a busy machine not all get to it.
        $environ = ['SPLAT_TRANSPORT' => 'file', 'SPLAT_FOLDER' => "$this->folder/out", 'SPLAT_SPOOL_DIR' => "$this->folder/spool"];
        $done = Program::runFile(dirname(__DIR__) . '/bin/splat-deliver', $this->folder, [], $environ, [$this->folder]);
        self::assertSame([0, '', ''], [$done->code, $done->output, $done->errors]);
        self::assertCount(36, glob("$this->folder/out/*.json") ?: []);
        self::assertSame([], glob("$this->folder/spool/*/*.json*"));
    }

    public function testAChildOfAForkDeliversItsOwn(): void
    {
        $text = '<?php require ' . var_export(dirname(__DIR__) . '/autoload.php', true) . ';'
            . "\\Splat\\init(['transport' => 'file', 'folder' => 'out', 'spool_dir' => 'spool']);"
            . 'for ($i = 0; $i < 5; $i++) \Splat\capture_exception(new LogicException("same"));'
            . '$pid = pcntl_fork(); if ($pid === 0) { \Splat\capture_exception(new TypeError("child")); exit(0); }'
            . 'pcntl_waitpid($pid, $status); \Splat\capture_exception(new DomainException("parent"));';
        self::assertSame(0, Program::run($text, $this->folder)->code);
        $told = [];
        foreach (glob("$this->folder/out/*.json") ?: [] as $file) {
            $data = json_decode((string) file_get_contents($file), true);
            $told[] = $data['exceptions'][0]['type'] ?? $data['count'];
        }
        sort($told);
        self::assertSame([4, 'DomainException', 'LogicException', 'TypeError'], $told);
    }
}
