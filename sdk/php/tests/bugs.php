<?php

/** Thirty places where the driver fails. */

declare(strict_types=1);

function bug_0(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_1(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_2(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_3(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_4(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_5(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_6(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_7(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_8(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_9(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_10(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_11(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_12(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_13(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_14(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_15(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_16(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_17(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_18(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_19(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_20(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_21(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_22(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_23(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_24(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_25(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_26(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_27(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_28(string $message): never
{
    throw new \RuntimeException($message);
}

function bug_29(string $message): never
{
    throw new \RuntimeException($message);
}
